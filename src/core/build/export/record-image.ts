import type { BuildFilesOutput } from '../../../engine/builds.ts';
import { documentLimitBytes } from '../../../oci/decode-json.ts';
import { decodeManifestDocument } from '../../../oci/decode-manifest.ts';
import type { Descriptor } from '../../../oci/descriptor.ts';
import { type ImageId, parseImageId } from '../../../oci/digest.ts';
import { writeImage } from '../../images/write-image.ts';
import type { BuildSession } from '../solver/build-session.ts';
import type { StageState } from '../solver/stage-state.ts';
import { imageConfig } from './image-config.ts';

export interface ExportOptions {
  /** Canonical references; each moves here. */
  readonly tags: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** Where the files go; no image is recorded then. */
  readonly output: BuildFilesOutput | undefined;
  /** Fields of the config beside those of the specification: the cache in the image. */
  readonly cache: Readonly<Record<string, string>>;
}

export interface ExportedImage {
  readonly id: ImageId;
  readonly manifest: Descriptor;
}

/** Makes an image of a solved stage: documents first, then the record with its names, at once. */
export async function recordImage(
  session: BuildSession,
  state: StageState,
  { tags, labels, output, cache }: ExportOptions,
): Promise<ExportedImage> {
  const { content, images, snapshots } = session.services;
  const layers = state.layers.map(({ descriptor }) => descriptor);
  const config = { ...imageConfig(state, labels), ...cache };
  const manifest = await writeImage(content, session.lease, config, layers);
  if (output !== undefined) {
    const { exportFiles } = await import('./export-files.ts');
    await exportFiles(session, state, output);
    return { id: await idOf(session, manifest), manifest };
  }
  await snapshots.flush();
  session.signal.throwIfAborted();
  const { id } = await images.record({ manifest, references: tags, event: 'image.built' });
  return { id, manifest };
}

async function idOf({ services: { content } }: BuildSession, stored: Descriptor): Promise<ImageId> {
  const document = decodeManifestDocument(
    await content.read(stored.digest, documentLimitBytes),
    stored.mediaType,
  );
  return parseImageId(document.kind === 'manifest' ? document.manifest.config.digest : stored.digest);
}
