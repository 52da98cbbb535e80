import { statSync } from 'node:fs';
import { GantryError } from '../../../base/gantry-error.ts';
import { packLayer } from '../../layers/diff-layer.ts';
import type { ArchivedImage } from '../../transfer/find-archived-images.ts';
import type { OciLayout } from '../graph/named-contexts.ts';
import type { BuildSession } from './build-session.ts';
import { stateOfImage, tellPull } from './solve-base.ts';
import type { SolvedStep } from './solve-step.ts';

/**
 * The state a stage begins with, from an image of an OCI layout in a folder (image-spec image-layout.md). The image is
 * kept, without a name, as one that was loaded. Rejects `not-found` / `no-such-image`, `invalid` / `bad-archive`.
 */
export async function solveLayout(
  session: BuildSession,
  { dir, wanted }: OciLayout,
  vertex: string,
): Promise<SolvedStep> {
  const { services, signal } = session;
  if (statSync(dir, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw notFound(`oci-layout://${dir}: there is no such folder`);
  }
  const choose = (images: readonly ArchivedImage[]): readonly ArchivedImage[] => {
    // Some write a tag alone, some the whole name.
    const isWanted = (entry: string): boolean => entry === wanted || entry.endsWith(`:${wanted}`);
    const fitting = images.filter(({ entries }) => wanted === undefined || entries.some(isWanted));
    const [image, other] = fitting;
    if (image !== undefined && other === undefined) return [image];
    const all = images.flatMap(({ entries }) => entries).join(', ');
    throw notFound(
      `oci-layout://${dir} has ${wanted === undefined ? 'several images' : `no ${wanted}`}`,
      all,
    );
  };
  const { chunks } = packLayer({ layerDir: dir }, { compression: 'none', signal });
  const { loadImages } = await import('../../transfer/load-images.ts');
  const emit = tellPull(session, vertex);
  const [id] = await loadImages({ services, archive: chunks, emit, signal, choose });
  const image = services.images.resolve(id as string);
  return { state: await stateOfImage(session, image, dir), cached: false };
}

function notFound(message: string, entries?: string): GantryError {
  return new GantryError({
    kind: 'not-found',
    code: 'no-such-image',
    message,
    hint: entries === undefined ? undefined : `name one: ${entries}`,
  });
}
