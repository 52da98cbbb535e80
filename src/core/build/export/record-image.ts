import { sha256 } from '../../../oci/sha256.ts';
import type { Image } from '../../images/image-store.ts';
import type { BuildSession } from '../solver/build-session.ts';
import type { StageState } from '../solver/stage-state.ts';
import { imageDocuments } from './image-document.ts';

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
  const { content, images } = session.services;
  const { config, manifest, manifestDescriptor } = imageDocuments(state, labels);
  for (const bytes of [config, manifest]) {
    session.lease.protect({ kind: 'content', key: sha256(bytes) });
    await content.put(bytes);
  }
  session.signal.throwIfAborted();
  return images.record({ manifest: manifestDescriptor, references: tags, event: 'image.built' });
}
