import type { Image } from '../../images/image-store.ts';
import { writeImage } from '../../images/write-image.ts';
import type { BuildSession } from '../solver/build-session.ts';
import type { StageState } from '../solver/stage-state.ts';
import { imageConfig } from './image-config.ts';

export interface ExportOptions {
  /** Canonical references; each moves here. */
  readonly tags: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

/** Makes an image of a solved stage: documents first, then the record with its names, at once. */
export async function recordImage(
  session: BuildSession,
  state: StageState,
  { tags, labels }: ExportOptions,
): Promise<Image> {
  const { content, images, snapshots } = session.services;
  const layers = state.layers.map(({ descriptor }) => descriptor);
  const manifest = await writeImage(content, session.lease, imageConfig(state, labels), layers);
  await snapshots.flush();
  session.signal.throwIfAborted();
  return images.record({ manifest, references: tags, event: 'image.built' });
}
