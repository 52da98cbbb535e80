import type { Engine } from '../../engine/engine.ts';
import type { EngineState } from './engine-state.ts';
import { addReading, emptySeries, type StatsSeries } from './stats-series.ts';
import type { Store } from './store.ts';

/** Series by container ID; only running containers have one. */
export type StatsState = Readonly<Record<string, StatsSeries>>;

/** More streams than this are not opened: a reading a second of each is not free. */
const streamLimit = 64;

/** Keeps one stats stream open for every running container, until the signal fires. */
export function watchStats(
  engine: Engine,
  engineStore: Store<EngineState>,
  store: Store<StatsState>,
  signal: AbortSignal,
): void {
  if (engine.capabilities['container.stats'] !== undefined) return;
  const open = new Map<string, AbortController>();

  const adjust = (state: EngineState): void => {
    const running = (state.containers ?? []).filter((container) => container.state === 'running');
    const wanted = new Set(running.slice(0, streamLimit).map(({ id }) => id));
    for (const [id, stream] of open) {
      if (wanted.has(id)) continue;
      stream.abort();
      open.delete(id);
      store.ingest(({ [id]: _gone, ...others }) => others);
    }
    for (const id of wanted) {
      if (open.has(id)) continue;
      const stream = new AbortController();
      open.set(id, stream);
      void read(id, AbortSignal.any([signal, stream.signal]));
    }
  };
  const read = async (id: string, either: AbortSignal): Promise<void> => {
    try {
      for await (const reading of engine.containers.stats(id, { signal: either })) {
        if (either.aborted) return;
        store.ingest((state) => ({ ...state, [id]: addReading(state[id] ?? emptySeries, reading) }));
      }
    } catch {
      // It ended between the list and the reading; the list that follows says so.
    }
  };

  adjust(engineStore.state);
  const leave = engineStore.watch(
    (state) => state.containers,
    () => adjust(engineStore.state),
  );
  signal.addEventListener('abort', leave, { once: true });
}
