import { lstat, rm, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { BuildResult } from '../../../engine/builds.ts';
import { canonicalize } from '../../../oci/reference.ts';
import { requireWritable } from '../archive-output.ts';

/** What is to be written of a build when it is done. */
export interface ResultFiles {
  readonly iidfile: string | undefined;
  readonly metadataFile: string | undefined;
}

/**
 * To be called before anything is built: what cannot be written is told of at once, and the ID of an earlier image is
 * taken away, so that nobody takes it for that of a build that fails. Throws as `requireWritable`.
 */
export async function prepareResultFiles({ iidfile, metadataFile }: ResultFiles, cwd: string): Promise<void> {
  if (metadataFile !== undefined) {
    await requireWritable(resolve(cwd, metadataFile), metadataFile, 'failed to write the metadata file');
  }
  if (iidfile === undefined) return;
  const path = resolve(cwd, iidfile);
  await requireWritable(path, iidfile, 'failed to write the image ID file');
  const found = await lstat(path).catch(() => undefined);
  // A link may be /dev/stdout.
  const isOurs =
    found?.isFile() === true || (found?.isSymbolicLink() === true && !/^\/(?:dev|proc)\//.test(path));
  if (isOurs) await rm(path);
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
