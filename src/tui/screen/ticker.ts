import { nextAgeChangeMs } from '../view/next-age-change.ts';
import { topOverlay } from './overlays.ts';
import type { Screen } from './screen.ts';

/** The seconds of a running step are worth more than the minutes of an age. */
const busyMs = 250;

/** Moves the clock of the screen on, when what is shown of it changes: once a second while something is young. */
export function startTicker(screen: Screen, now: () => number): Disposable {
  let timer: NodeJS.Timeout | undefined;
  const busy = (): boolean => {
    const overlay = topOverlay(screen);
    if (overlay?.kind !== 'job') return false;
    return screen.jobs.state.jobs.some(({ id, state }) => id === overlay.jobId && state === 'running');
  };
  const tick = (): void => {
    const nowMs = now();
    screen.view.ingest((state) => (state.nowMs === nowMs ? state : { ...state, nowMs }));
    wait();
  };
  const wait = (): void => {
    clearTimeout(timer);
    timer = setTimeout(tick, busy() ? busyMs : nextAgeChangeMs(shownTimes(screen), now()));
  };
  const leave = [
    screen.view.watch((state) => state.overlays, wait),
    // What came just now is as old as it is now, and not as at the last tick.
    screen.engineStore.watch((state) => state.containers, tick),
    screen.engineStore.watch((state) => state.images, tick),
  ];
  wait();
  return {
    [Symbol.dispose]() {
      for (const stop of leave) stop();
      clearTimeout(timer);
    },
  };
}

function* shownTimes({ engineStore }: Screen): Generator<string | undefined> {
  const { containers = [], images = [] } = engineStore.state;
  for (const { state, startedAt, finishedAt } of containers) {
    yield state === 'running' ? startedAt : finishedAt;
  }
  for (const { createdAt } of images) yield createdAt;
}
