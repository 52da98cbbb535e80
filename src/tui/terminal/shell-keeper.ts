import { jobLine } from '../../app/jobs/job-line.ts';
import type { InputEvent } from '../input/input-event.ts';
import type { Pane } from '../panes/pane.ts';
import type { TerminalPaneId } from '../view/view-state.ts';
import { type OnLeave, type ShellEnd, type ShellPane, shellPane } from './shell-pane.ts';

/** A program that ran in a pane. */
export interface EndedShell {
  readonly id: TerminalPaneId;
  readonly title: string;
  /** As it would be typed. */
  readonly line: string;
  readonly startedMs: number;
  /** What it has shown. */
  readonly lines: readonly string[];
}

export interface ShellKeeperOptions {
  /** How to start this very program. */
  readonly selfCommand: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  now(): number;
  /** A picture or a title is another one; often. */
  changed(): void;
  /** The program in a pane ended, or was left. */
  ended(shell: EndedShell, how: ShellEnd): void;
  /** Nobody looks at a pane any more: it is closed by whoever is told. */
  closed(id: TerminalPaneId): void;
}

/** The panes with programs of their own. They live as long as their programs, whatever has the keys. */
export class ShellKeeper implements Disposable {
  readonly #options: ShellKeeperOptions;
  readonly #panes = new Map<TerminalPaneId, ShellPane>();
  #next = 1;

  constructor(options: ShellKeeperOptions) {
    this.#options = options;
  }

  /** Starts `gantry WORDS` in a new pane. It begins once the pane knows its size. */
  open(words: readonly string[], title: string, onLeave: OnLeave): TerminalPaneId {
    const id: TerminalPaneId = `terminal-${this.#next}`;
    this.#next += 1;
    const { selfCommand, cwd, env, now, changed, ended, closed } = this.#options;
    const startedMs = now();
    const pane: ShellPane = shellPane({
      id,
      title,
      onLeave,
      command: [...selfCommand, ...words],
      cwd,
      env,
      changed,
      ended: (how) => ended({ id, title, line: jobLine(words), startedMs, lines: pane.lines() }, how),
      closed: () => closed(id),
    });
    this.#panes.set(id, pane);
    return id;
  }

  isRunning(id: TerminalPaneId): boolean {
    return this.#panes.get(id)?.isRunning() ?? false;
  }

  pane(id: TerminalPaneId): Pane | undefined {
    return this.#panes.get(id);
  }

  /** A key, paste or mouse event for a pane; `column` and `row` are those of its inside on the screen. */
  input(
    id: TerminalPaneId,
    event: InputEvent,
    origin: { readonly column: number; readonly row: number },
  ): void {
    this.#panes.get(id)?.input(event, origin);
  }

  /** Whether the program in the pane wants the mouse. */
  wantsMouse(id: TerminalPaneId): boolean {
    return this.#panes.get(id)?.wantsMouse() ?? false;
  }

  close(id: TerminalPaneId): void {
    this.#panes.get(id)?.[Symbol.dispose]();
    this.#panes.delete(id);
  }

  [Symbol.dispose](): void {
    for (const id of [...this.#panes.keys()]) this.close(id);
  }
}
