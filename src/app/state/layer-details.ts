import type { Engine } from '../../engine/engine.ts';
import type { HistoryEntry, ImageSummary } from '../../engine/images.ts';
import type { EngineState } from './engine-state.ts';
import type { Store } from './store.ts';

/** What a list does not tell of one layer. */
export interface LayerDetail {
  readonly sizeBytes: number;
  /** The instruction that made it, as short as it can be said. */
  readonly instruction: string;
}

/** By image ID, lowest layer first. */
export type LayerDetails = Readonly<Record<string, readonly LayerDetail[]>>;

/** Images beyond this are looked at only when one of the first is gone. */
const imageLimit = 200;

/** Asks for the layers of every image, one image after the other: an image never changes, so once is enough. */
export function watchLayerDetails(
  engine: Engine,
  engineStore: Store<EngineState>,
  store: Store<LayerDetails>,
  signal: AbortSignal,
): void {
  const asked = new Set<string>();
  let working = false;

  async function work(): Promise<void> {
    if (working) return;
    working = true;
    for (let image = next(); image !== undefined && !signal.aborted; image = next()) {
      asked.add(image.id);
      const { id } = image;
      const details = await read(engine, image, signal).catch(() => undefined);
      if (details !== undefined) store.ingest((state) => ({ ...state, [id]: details }));
    }
    working = false;
  }
  const next = (): ImageSummary | undefined =>
    engineStore.state.images?.slice(0, imageLimit).find(({ id }) => !asked.has(id));

  const leave = engineStore.watch(
    (state) => state.images,
    () => void work(),
  );
  signal.addEventListener('abort', leave, { once: true });
  void work();
}

async function read(
  engine: Engine,
  { id }: ImageSummary,
  signal: AbortSignal,
): Promise<readonly LayerDetail[]> {
  const [image, history] = await Promise.all([
    engine.images.inspect(id, { signal }),
    engine.images.history(id, { signal }),
  ]);
  // History is newest first, and only steps that made a layer count.
  const steps: readonly (HistoryEntry | undefined)[] = history
    .filter((entry) => !entry.emptyLayer)
    .toReversed();
  return image.layerDetails.map(({ sizeBytes }, index) => ({
    sizeBytes,
    instruction: shortInstruction(steps[index]?.createdBy ?? ''),
  }));
}

/** `/bin/sh -c #(nop) COPY …` → `COPY …`, `/bin/sh -c make` → `RUN make`. */
export function shortInstruction(createdBy: string): string {
  return createdBy
    .replace(/\s*# buildkit\s*$/, '')
    .replace(/^\/bin\/sh -c #\(nop\)\s+/, '')
    .replace(/^(?:RUN )?\/bin\/sh -c\s+/, 'RUN ')
    .replace(/\s+/g, ' ')
    .trim();
}
