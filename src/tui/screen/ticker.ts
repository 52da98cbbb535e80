import { topOverlay } from './overlays.ts';
import type { Screen } from './screen.ts';

/** Ages are counted in minutes; the seconds of a running step are worth more. */
const calmMs = 30_000;
const busyMs = 250;

/** Moves the clock of the screen on. */
export function startTicker(screen: Screen, now: () => number): Disposable {
  let timer: NodeJS.Timeout;
  const busy = (): boolean => {
    const overlay = topOverlay(screen);
    if (overlay?.kind !== 'job') return false;
    return screen.jobs.state.jobs.some(({ id, state }) => id === overlay.jobId && state === 'running');
  };
  const tick = (): void => {
    screen.view.ingest((state) => ({ ...state, nowMs: now() }));
    wait();
  };
  const wait = (): void => {
    clearTimeout(timer);
    timer = setTimeout(tick, busy() ? busyMs : calmMs);
  };
  const leave = screen.view.watch((state) => state.overlays, wait);
  wait();
  return {
    [Symbol.dispose]() {
      leave();
      clearTimeout(timer);
    },
  };
}
