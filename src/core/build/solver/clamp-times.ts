import { lstatSync } from 'node:fs';
import { setFileTimes } from '../../host/file-times.ts';
import { folderNames } from '../../host/folder-names.ts';
import { pathBytes } from '../../host/path-text.ts';
import type { Pacer } from '../tree/pacer.ts';

/**
 * Makes everything in a layer's folder no younger than SOURCE_DATE_EPOCH (reproducible-builds.org, "specs/source-date-epoch";
 * BuildKit's `rewrite-timestamp`): the same inputs make the same layer, whenever they are built.
 */
export async function clampTimes(dir: string, epochSeconds: number, pacer: Pacer): Promise<void> {
  const latest = BigInt(epochSeconds) * 1_000_000_000n;
  const modified = { seconds: epochSeconds, nanoseconds: 0 };
  const visit = async (path: string): Promise<void> => {
    const where = pathBytes(path);
    const stats = lstatSync(where, { bigint: true });
    if (stats.isDirectory()) for (const name of folderNames(path)) await visit(`${path}/${name}`);
    if (stats.mtimeNs > latest) setFileTimes(where, { accessed: modified, modified });
    if (pacer.isDue) await pacer.rest();
  };
  await visit(dir);
}
