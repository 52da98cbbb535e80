import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isDigest } from '../../oci/digest.ts';
import { lookAt } from '../host/look-at.ts';
import { ownNamesIn } from '../host/own-folder.ts';
import type { StrayFile } from './content-store.ts';
import { sizeOnDisk } from './size-on-disk.ts';

/**
 * What lies among the blobs and the ingests and is neither: names that are no digests, and folders, links and the like
 * where only files can be.
 */
export function foreignFiles(contentDir: string): readonly StrayFile[] {
  const foreign: string[] = [];
  for (const name of ownNamesIn(contentDir, 'ingest')) {
    const path = join(contentDir, 'ingest', name);
    if (isNoFile(path)) foreign.push(path);
  }
  for (const algorithm of ['sha256', 'sha512']) {
    for (const name of ownNamesIn(contentDir, 'blobs', algorithm)) {
      const path = join(contentDir, 'blobs', algorithm, name);
      if (!isDigest(`${algorithm}:${name}`) || isNoFile(path)) foreign.push(path);
    }
  }
  return foreign.map((path) => ({
    path,
    sizeBytes: sizeOnDisk(path),
    isForeign: true,
    remove: () => rm(path, { recursive: true, force: true }),
  }));
}

function isNoFile(path: string): boolean {
  return lookAt(path)?.isFile() === false;
}
