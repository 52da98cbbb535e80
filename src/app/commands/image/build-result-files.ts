import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { BuildResult } from '../../../engine/builds.ts';
import { canonicalize } from '../../../oci/reference.ts';

/** What is to be written of a build when it is done. */
export interface ResultFiles {
  readonly iidfile: string | undefined;
  readonly metadataFile: string | undefined;
}

/** `--iidfile`: the ID alone; `--metadata-file`: JSON with the keys `docker buildx build` writes. */
export async function writeResultFiles(
  { iidfile, metadataFile }: ResultFiles,
  { imageId, manifest, tags }: BuildResult,
  cwd: string,
): Promise<void> {
  if (iidfile !== undefined) await writeFile(resolve(cwd, iidfile), imageId);
  if (metadataFile === undefined) return;
  const metadata = {
    'containerimage.config.digest': imageId,
    'containerimage.descriptor': manifest,
    'containerimage.digest': manifest.digest,
    ...(tags.length === 0 ? {} : { 'image.name': tags.map(canonicalize).join(',') }),
  };
  await writeFile(resolve(cwd, metadataFile), `${JSON.stringify(metadata, null, 2)}\n`);
}
