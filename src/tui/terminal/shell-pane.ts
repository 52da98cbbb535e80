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
  readonly command: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  changed(): void;
  ended(how: { readonly exitCode: number } | { readonly detached: true }): void;
}

/** How long a program may take to leave before its pane is closed over it. */
const detachMs = 1500;

export interface ShellPane extends Pane, Disposable {
  input(event: InputEvent, origin: { readonly column: number; readonly row: number }): void;
  wantsMouse(): boolean;
  /** The last line it shows that is not blank. */
  lastLine(): string;
}

/** A pane with a program in it. The program starts with the first paint, when the size is known. */
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
  const end = (how: Parameters<ShellPaneOptions['ended']>[0]): void => {
    if (closed) return;
    options.ended(leaving === undefined ? how : { detached: true });
  };
  const detach = new DetachKeys(
    (key) => shell?.key(key),
    () => {
      leaving ??= setTimeout(() => end({ detached: true }), detachMs);
      shell?.detach();
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
      ended: (exitCode) => end({ exitCode }),
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
    if (shell === undefined) early.push(event);
    else if (event.kind === 'key') detach.key(event);
    else if (event.kind === 'paste') shell.paste(event.text);
    else if (event.kind === 'mouse') shell.mouse(event, event.column - origin.column, event.row - origin.row);
  };

  return {
    id: options.id,
    place: undefined,
    title: () => ({ text: options.title, detail: '' }),
    inputs: () => [revision, size],
    paint(grid) {
      if (grid.columns !== size.columns || grid.rows !== size.rows) {
        size = { columns: grid.columns, rows: grid.rows };
        shell?.resize(size.columns, size.rows);
      }
      if (!starting) void start().catch(() => end({ exitCode: 126 }));
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
    lastLine: () => (shell === undefined ? '' : lastLine(shell)),
    wantsMouse: () => (shell?.mouseTracking ?? 'none') !== 'none',
    [Symbol.dispose]() {
      closed = true;
      clearTimeout(leaving);
      detach[Symbol.dispose]();
      shell?.[Symbol.dispose]();
    },
  };
}

function lastLine({ terminal }: ShellProcess): string {
  const buffer = terminal.buffer.active;
  for (let row = buffer.length - 1; row >= 0; row -= 1) {
    const text = buffer.getLine(row)?.translateToString(true).trim() ?? '';
    if (text !== '') return text;
  }
  return '';
}
