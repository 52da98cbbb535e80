import { openOverlay } from './overlays.ts';
import type { Screen } from './screen.ts';

/** Ends the screen; asks first when that would cut something short. */
export function askToQuit(screen: Screen): void {
  const running = screen.jobs.state.jobs.filter(({ state }) => state === 'running').map(({ line }) => line);
  const shells = screen.view.state.terminals.filter((id) => screen.shells.isRunning(id));
  const items = [...running, ...shells.map((id) => screen.shells.pane(id)?.title().text ?? id)];
  if (items.length === 0) {
    screen.quit(0);
    return;
  }
  openOverlay(screen, {
    kind: 'confirm',
    question: { text: 'Leaving ends what runs in here; containers go on.', items, prompt: 'Leave gantry?' },
    top: 0,
    accept: () => screen.quit(0),
  });
}
