import type { InputEvent } from '../input/input-event.ts';
import { drawText } from '../paint/cell-grid.ts';
import { plainStyle } from '../paint/cell-style.ts';
import type { Pane } from '../panes/pane.ts';
import type { TerminalPaneId } from '../view/view-state.ts';
import { DetachKeys } from './detach-keys.ts';
import { paintTerminal } from './paint-terminal.ts';
import { ShellProcess } from './shell-process.ts';

export interface ShellPaneOptions {
  readonly id: TerminalPaneId;
  readonly title: string;
  readonly onLeave: OnLeave;
  readonly command: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  changed(): void;
  /** The program has ended, or was left running. */
  ended(how: ShellEnd): void;
  /** Nobody looks at it any more. */
  closed(): void;
}

/** What becomes of what runs in a pane that is left: a container's own process goes on, all else has no other place. */
export type OnLeave = 'goes-on' | 'ends';

export type ShellEnd = { readonly exitCode: number } | { readonly left: OnLeave };

/** How long a program may take to leave before its pane is closed over it. */
const leaveMs = 1500;

export interface ShellPane extends Pane, Disposable {
  input(event: InputEvent, origin: { readonly column: number; readonly row: number }): void;
  wantsMouse(): boolean;
  /** Whether its program has not ended yet. */
  isRunning(): boolean;
  /** All it has shown that is still known, without blank lines at the end. */
  lines(): readonly string[];
}

/**
 * A pane with a program in it. The program starts with the first paint, when the size is known. When it ends and
 * nothing was typed to it, nobody may have read what it said: the pane stays until a key is pressed.
 */
export function shellPane(options: ShellPaneOptions): ShellPane {
  let shell: ShellProcess | undefined;
  let starting = false;
  let closed = false;
  let revision = 0;
  let size = { columns: 80, rows: 24 };
  const early: InputEvent[] = [];

  const changed = (): void => {
    revision += 1;
    options.changed();
  };
  let leaving: NodeJS.Timeout | undefined;
  let typed = false;
  let end: ShellEnd | undefined;
  const finish = (how: ShellEnd): void => {
    if (closed || end !== undefined) return;
    end = leaving === undefined ? how : { left: options.onLeave };
    options.ended(end);
    if (typed || shell === undefined || 'left' in end) options.closed();
    else shell.say(`ended with status ${end.exitCode} · any key closes`);
  };
  /** Keys of a pane whose program is over: what scrolls, and what closes it. */
  const afterwards = (event: InputEvent): void => {
    if (event.kind !== 'key') return;
    const by = { up: -1, down: 1, pageup: -size.rows, pagedown: size.rows }[event.name];
    if (by === undefined) options.closed();
    else pane.move({ by });
  };
  const detach = new DetachKeys(
    (key) => shell?.key(key),
    () => {
      leaving ??= setTimeout(() => finish({ left: options.onLeave }), leaveMs);
      if (options.onLeave === 'ends') shell?.hangUp();
      else shell?.detach();
    },
  );
  const start = async (): Promise<void> => {
    starting = true;
    const { command, cwd, env } = options;
    const started = await ShellProcess.start({
      command,
      cwd,
      env,
      ...size,
      changed,
      ended: (exitCode) => finish({ exitCode }),
    });
    if (closed) {
      started[Symbol.dispose]();
      return;
    }
    shell = started;
    shell.resize(size.columns, size.rows);
    for (const event of early.splice(0)) give(event, { column: 0, row: 0 });
    changed();
  };
  const give = (event: InputEvent, origin: { readonly column: number; readonly row: number }): void => {
    if (end !== undefined) afterwards(event);
    else if (shell === undefined) early.push(event);
    else if (event.kind === 'key') {
      typed = true;
      detach.key(event);
    } else if (event.kind === 'paste') {
      typed = true;
      shell.paste(event.text);
    } else if (event.kind === 'mouse')
      shell.mouse(event, event.column - origin.column, event.row - origin.row);
  };

  const pane: ShellPane = {
    id: options.id,
    place: undefined,
    title: () => ({ text: options.title, detail: end === undefined ? '' : 'ended' }),
    inputs: () => [revision, size],
    paint(grid) {
      if (grid.columns !== size.columns || grid.rows !== size.rows) {
        size = { columns: grid.columns, rows: grid.rows };
        shell?.resize(size.columns, size.rows);
      }
      if (!starting) void start().catch(() => finish({ exitCode: 126 }));
      if (shell === undefined) {
        drawText(grid, 0, 0, 'starting…', plainStyle);
        return undefined;
      }
      paintTerminal(shell.terminal, grid);
      const { cursorX, cursorY, viewportY, baseY } = shell.terminal.buffer.active;
      const hidden = shell.cursorHidden || viewportY !== baseY;
      return hidden ? undefined : { column: Math.min(cursorX, grid.columns - 1), row: cursorY };
    },
    selected: () => undefined,
    move(move) {
      if (shell === undefined) return;
      if ('by' in move) shell.terminal.scrollLines(move.by);
      else if ('to' in move && move.to === 'first') shell.terminal.scrollToTop();
      else shell.terminal.scrollToBottom();
      changed();
    },
    pageRows: () => size.rows,
    input: give,
    isRunning: () => end === undefined,
    lines: () => (shell === undefined ? [] : linesOf(shell)),
    wantsMouse: () => end === undefined && (shell?.mouseTracking ?? 'none') !== 'none',
    [Symbol.dispose]() {
      closed = true;
      clearTimeout(leaving);
      detach[Symbol.dispose]();
      shell?.[Symbol.dispose]();
    },
  };
  return pane;
}

function linesOf({ terminal }: ShellProcess): readonly string[] {
  const buffer = terminal.buffer.normal;
  const lines: string[] = [];
  for (let row = 0; row < buffer.length; row += 1) {
    const line = buffer.getLine(row);
    const text = line?.translateToString(true) ?? '';
    if (line?.isWrapped === true && lines.length > 0) lines.push(`${lines.pop()}${text}`);
    else lines.push(text);
  }
  return lines.slice(0, lines.findLastIndex((text) => text.trim() !== '') + 1);
}
