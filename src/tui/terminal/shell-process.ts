import type { Terminal } from '@xterm/headless';
import type { IPty } from 'node-pty';
import type { KeyEvent } from '../input/input-event.ts';
import { encodeKey, encodePaste } from './encode-key.ts';
import { encodeMouse, type MouseTracking } from './encode-mouse.ts';

/** Bytes taken from the process and not yet interpreted: it waits above the first, goes on below the second. */
const backlogBytes = { stop: 512 << 10, resume: 128 << 10 };
const scrollbackLines = 5000;

export interface ShellProcessOptions {
  /** Program and arguments. */
  readonly command: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly columns: number;
  readonly rows: number;
  /** The picture is another one. */
  changed(): void;
  ended(exitCode: number): void;
}

/** A program on a pseudoterminal, and the emulator that knows its screen. */
export class ShellProcess implements Disposable {
  readonly terminal: Terminal;
  readonly #pty: IPty;
  #unread = 0;
  #held = false;
  #ended = false;

  private constructor(terminal: Terminal, pty: IPty, options: ShellProcessOptions) {
    this.terminal = terminal;
    this.#pty = pty;
    // The typings speak of strings; with `encoding: null` it is bytes.
    pty.onData((data) => this.#take(data as unknown as Uint8Array));
    pty.onExit(({ exitCode }) => {
      this.#ended = true;
      // What it wrote last is shown before it is said to have ended.
      terminal.write('', () => options.ended(exitCode));
    });
    // Answers to queries of the program (attributes, cursor position).
    terminal.onData((reply) => this.#send(reply));
    terminal.onWriteParsed(() => options.changed());
  }

  /** Loads the emulator and starts the program. */
  static async start(options: ShellProcessOptions): Promise<ShellProcess> {
    const [{ default: headless }, { spawn }] = await Promise.all([
      import('@xterm/headless'),
      import('node-pty'),
    ]);
    const { columns: cols, rows } = options;
    const terminal = new headless.Terminal({
      cols,
      rows,
      scrollback: scrollbackLines,
      // What it says on the console of a sequence it does not know would tear the screen.
      logLevel: 'off',
      allowProposedApi: true,
    });
    const [file, ...args] = options.command;
    const pty = spawn(file, args, {
      name: 'xterm-256color',
      cols,
      rows,
      cwd: options.cwd,
      env: { ...options.env, TERM: 'xterm-256color', COLORTERM: 'truecolor' },
      encoding: null,
    });
    return new ShellProcess(terminal, pty, options);
  }

  key(key: KeyEvent): void {
    this.terminal.scrollToBottom();
    this.#send(encodeKey(key, { applicationCursor: this.terminal.modes.applicationCursorKeysMode }));
  }

  /** A line of ours below what the program wrote, whatever modes it left behind. */
  say(text: string): void {
    const { terminal } = this;
    // Leaving the alternate screen moves the cursor, also where it was not entered.
    const leave = terminal.buffer.active.type === 'alternate' ? '\u001b[?1049l' : '';
    terminal.write(`${leave}\u001b[m\u001b[?25l`, () => {
      const newLine = terminal.buffer.active.cursorX === 0 ? '' : '\r\n';
      terminal.write(`${newLine}\u001b[2m— ${text} —\u001b[m`);
    });
  }

  /** The keys by which a gantry that is joined to a container leaves it. */
  detach(): void {
    this.#send('\u0010\u0011');
  }

  /** Tells the program that its terminal goes away. */
  hangUp(): void {
    if (!this.#ended) this.#pty.kill('SIGHUP');
  }

  paste(text: string): void {
    this.#send(encodePaste(text, this.terminal.modes.bracketedPasteMode));
  }

  /** `column` and `row` within the pane. */
  mouse(event: Parameters<typeof encodeMouse>[0], column: number, row: number): void {
    this.#send(encodeMouse(event, this.mouseTracking, column, row));
  }

  get mouseTracking(): MouseTracking {
    return this.terminal.modes.mouseTrackingMode;
  }

  /** Whether the program hid the cursor; the public interface does not tell. */
  get cursorHidden(): boolean {
    const core = (this.terminal as unknown as { _core?: { coreService?: { isCursorHidden?: boolean } } })
      ._core;
    return core?.coreService?.isCursorHidden === true;
  }

  resize(columns: number, rows: number): void {
    if (columns < 2 || rows < 1 || (columns === this.terminal.cols && rows === this.terminal.rows)) return;
    this.terminal.resize(columns, rows);
    if (!this.#ended) this.#pty.resize(columns, rows);
  }

  [Symbol.dispose](): void {
    this.hangUp();
    this.terminal.dispose();
  }

  #send(data: string): void {
    if (!this.#ended && data !== '') this.#pty.write(data);
  }

  #take(data: Uint8Array): void {
    this.#unread += data.length;
    if (!this.#held && this.#unread > backlogBytes.stop) {
      this.#held = true;
      this.#pty.pause();
    }
    this.terminal.write(data, () => {
      this.#unread -= data.length;
      if (this.#held && this.#unread < backlogBytes.resume) {
        this.#held = false;
        this.#pty.resume();
      }
    });
  }
}
