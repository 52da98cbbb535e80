import type { Descriptor } from '../../../oci/descriptor.ts';
import type { Image } from '../../images/image-store.ts';
import { writeImage } from '../../images/write-image.ts';
import { holdOffCollection } from '../../metadata/garbage-lock.ts';
import type { BuildSession } from '../solver/build-session.ts';
import type { StageState } from '../solver/stage-state.ts';
import { imageConfig } from './image-config.ts';

export interface ExportOptions {
  /** Canonical references; each moves here. */
  readonly tags: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** Some layers are new: they go to the disk before the record that names them. */
  readonly madeLayers: boolean;
}

/** Makes an image of a solved stage: documents first, then the record with its names, at once. */
export async function recordImage(
  session: BuildSession,
  state: StageState,
  { tags, labels, madeLayers }: ExportOptions,
): Promise<Image> {
  const { content, dirs, images, snapshots } = session.services;
  const layers = state.layers.map(({ descriptor }) => descriptor);
  const write = async (): Promise<Descriptor> => {
    using _ = await holdOffCollection(dirs, session.signal);
    return await writeImage(content, session.lease, imageConfig(state, labels), layers);
  };
  const manifest = await write();
  if (madeLayers) await snapshots.flush();
  session.signal.throwIfAborted();
  return images.record({ manifest, references: tags, event: 'image.built' });
}
