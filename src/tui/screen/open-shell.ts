import { GantryError } from '../../base/gantry-error.ts';
import type { EndedShell } from '../terminal/shell-keeper.ts';
import type { ShellEnd } from '../terminal/shell-pane.ts';
import type { TerminalPaneId } from '../view/view-state.ts';
import { say } from './say.ts';
import type { Screen } from './screen.ts';

/** More panes than this are of no use on any screen. */
const most = 6;

/** Runs `gantry WORDS` in a pane of its own, which gets the keys. */
export function openShell(screen: Screen, words: readonly string[], title: string): void {
  if (screen.view.state.terminals.length >= most) {
    say(screen, 'warning', `${most} panes are open already`, 'end one of them first');
    return;
  }
  const id = screen.shells.open(words, title);
  screen.view.update((state) => ({
    ...state,
    terminals: [...state.terminals, id],
    focus: id,
    zoomed: false,
    overlays: [],
    message: undefined,
  }));
}

/** Writes into the journal what a program in a pane came to, and says it where it failed. */
export function shellEnded(
  screen: Screen,
  { title, line, startedMs, lines }: EndedShell,
  how: ShellEnd,
): void {
  if ('detached' in how) {
    screen.runner.keep({ line, startedMs, lines: [...lines, 'left: it goes on running'], error: undefined });
    say(screen, 'info', `left ${title}: it goes on running`);
    return;
  }
  const { exitCode } = how;
  const error =
    exitCode === 0
      ? undefined
      : new GantryError({
          kind: 'failed',
          code: 'pane-program-failed',
          message: `${title} ended with status ${exitCode}`,
          details: { exitCode },
        });
  screen.runner.keep({ line, startedMs, lines, error });
  const reason = lines.findLast((text) => text.trim() !== '' && !isUsageHint(text));
  if (error !== undefined) say(screen, 'warning', error.message, reason?.trim());
}

/** Where to read more is not why it failed. */
function isUsageHint(line: string): boolean {
  return /^Run 'gantry .*--help'/.test(line);
}

/** Takes a pane away that nobody looks at any more. */
export function closeShell(screen: Screen, id: TerminalPaneId): void {
  screen.shells.close(id);
  screen.view.update((state) => {
    const terminals = state.terminals.filter((other) => other !== id);
    const focus = state.focus === id ? (terminals.at(-1) ?? 'containers') : state.focus;
    return { ...state, terminals, focus, zoomed: state.zoomed && state.focus !== id };
  });
}
