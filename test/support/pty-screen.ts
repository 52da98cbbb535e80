import { createRequire } from 'node:module';
import type { IPty } from 'node-pty';
import { Emulator } from './emulator.ts';
import { until } from './until.ts';

const { spawn } = createRequire(import.meta.url)('node-pty') as typeof import('node-pty');

export interface ScreenRequest {
  readonly argv: readonly string[];
  readonly columns?: number;
  readonly rows?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** A program in a terminal, as a person has it: keys go in, a screen comes out. */
export class PtyScreen implements AsyncDisposable {
  readonly emulator: Emulator;
  readonly #pty: IPty;
  readonly #exit = Promise.withResolvers<number>();
  #heard = Promise.withResolvers<number>();
  #ended = false;

  constructor(request: ScreenRequest) {
    const { argv, columns = 120, rows = 40, env, cwd } = request;
    const [program = '', ...args] = argv;
    this.emulator = new Emulator(columns, rows);
    this.#pty = spawn(program, args, {
      name: 'xterm-256color',
      cols: columns,
      rows,
      cwd: cwd ?? process.cwd(),
      env: { ...process.env, COLORTERM: 'truecolor', LC_ALL: 'C.UTF-8', CI: 'false', ...env },
    });
    this.#pty.onData((text) => {
      this.emulator.write(text);
      this.#heard.resolve(performance.now());
      this.#heard = Promise.withResolvers();
    });
    // A program may ask the terminal about itself and wait for the answer.
    this.emulator.terminal.onData((reply) => this.#pty.write(reply));
    this.#pty.onExit(({ exitCode, signal }) => {
      this.#ended = true;
      this.#exit.resolve(signal ? 128 + signal : exitCode);
    });
  }

  get pid(): number {
    return this.#pty.pid;
  }

  /** Bytes the program has written so far. */
  get bytes(): number {
    return this.emulator.bytes;
  }

  /** Keys as the terminal sends them: `'hello\r'`, or names from {@link keys}. */
  type(text: string): void {
    this.#pty.write(text);
  }

  /** When the program next writes something, as `performance.now()` has it. */
  nextOutput(): Promise<number> {
    return this.#heard.promise;
  }

  resize(columns: number, rows: number): void {
    this.emulator.resize(columns, rows);
    this.#pty.resize(columns, rows);
  }

  /** The screen as text, once it shows what is waited for; quotes the screen when it does not in time. */
  async shows(wanted: string | RegExp, timeoutMs = 20_000): Promise<string> {
    return this.when((text) => (typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text)), {
      what: String(wanted),
      timeoutMs,
    });
  }

  /** As {@link shows}, for a condition on the whole screen. */
  async when(
    condition: (screen: string) => boolean,
    { what = condition.toString(), timeoutMs = 20_000 } = {},
  ): Promise<string> {
    try {
      return await until(async () => {
        await this.emulator.settle();
        const text = this.emulator.text();
        if (condition(text)) return text;
        if (this.#ended) throw new Error('the program has ended');
        return undefined;
      }, timeoutMs);
    } catch (error) {
      throw new Error(`the screen does not show ${what}:\n${this.emulator.text()}`, { cause: error });
    }
  }

  /** Its exit status, once it has ended. */
  async exit(): Promise<number> {
    const status = await this.#exit.promise;
    await this.emulator.settle();
    return status;
  }

  /** The terminal goes away, as when its window is closed. */
  hangUp(): void {
    (this.#pty as IPty & { destroy(): void }).destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#ended) return;
    this.#pty.kill('SIGKILL');
    await this.#exit.promise;
  }
}

/** What a terminal sends for keys that have no letter. */
export const keys = {
  enter: '\r',
  escape: '\u001b',
  tab: '\t',
  backspace: '\u007f',
  up: '\u001b[A',
  down: '\u001b[B',
  right: '\u001b[C',
  left: '\u001b[D',
  pageUp: '\u001b[5~',
  pageDown: '\u001b[6~',
  home: '\u001b[H',
  end: '\u001b[F',
  control: (letter: string) => String.fromCharCode(letter.toUpperCase().charCodeAt(0) - 64),
} as const;
