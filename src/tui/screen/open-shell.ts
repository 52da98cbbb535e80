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

/** Takes a pane away whose program has ended or was left. */
export function closeShell(
  screen: Screen,
  id: TerminalPaneId,
  how: { readonly exitCode: number } | { readonly detached: true },
): void {
  const title = screen.shells.pane(id)?.title().text ?? id;
  // Its last words are worth more than its status, and go with the pane.
  const words = screen.shells.lastLine(id);
  screen.shells.close(id);
  screen.view.update((state) => {
    const terminals = state.terminals.filter((other) => other !== id);
    const focus = state.focus === id ? (terminals.at(-1) ?? 'containers') : state.focus;
    return { ...state, terminals, focus, zoomed: state.zoomed && state.focus !== id };
  });
  if ('detached' in how) say(screen, 'info', `left ${title}: it goes on running`);
  else if (how.exitCode !== 0)
    say(screen, 'warning', `${title} ended with status ${how.exitCode}`, words || undefined);
}
