import { GantryError } from '../../base/gantry-error.ts';
import type { EndedShell } from '../terminal/shell-keeper.ts';
import type { OnLeave, ShellEnd } from '../terminal/shell-pane.ts';
import type { HomePaneId, TerminalPaneId, ViewState } from '../view/view-state.ts';
import { isTerminal } from './handle-input.ts';
import { say } from './say.ts';
import type { Screen } from './screen.ts';

/** More panes than this are of no use on any screen. */
const most = 6;

/**
 * Runs `gantry WORDS` in a pane of its own, which gets the keys. Once it is closed they go back to where they came from.
 */
export function openShell(
  screen: Screen,
  words: readonly string[],
  title: string,
  onLeave: OnLeave = 'ends',
): void {
  if (screen.view.state.terminals.length >= most) {
    say(screen, 'warning', `${most} panes are open already`, 'end one of them first');
    return;
  }
  const id = screen.shells.open(words, title, onLeave);
  screen.view.update((state) => ({
    ...state,
    terminals: [...state.terminals, id],
    cameFrom: { ...state.cameFrom, [id]: homeOf(state) },
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
  if ('left' in how) {
    const fate = how.left === 'ends' ? 'it was hung up' : 'it goes on running';
    screen.runner.keep({ line, startedMs, lines: [...lines, `left: ${fate}`], error: undefined });
    say(screen, 'info', `left ${title}: ${fate}`);
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

/** The pane with the keys; in place of a shell the one it was opened from: a key is for no other shell by accident. */
function homeOf({ focus, cameFrom }: ViewState): HomePaneId {
  return isTerminal(focus) ? (cameFrom[focus] ?? 'containers') : focus;
}

/** Takes a pane away that nobody looks at any more. */
export function closeShell(screen: Screen, id: TerminalPaneId): void {
  screen.shells.close(id);
  screen.view.update((state) => {
    const terminals = state.terminals.filter((other) => other !== id);
    const focus = state.focus === id ? homeOf(state) : state.focus;
    return { ...state, terminals, focus, zoomed: state.zoomed && state.focus !== id };
  });
}
