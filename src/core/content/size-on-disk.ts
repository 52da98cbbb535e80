import { lookAt } from '../host/look-at.ts';

/** What a file takes: a part-download may have holes, which take no space. Of a link its own. */
export function sizeOnDisk(path: string): number {
  const stat = lookAt(path);
  return stat === undefined ? 0 : Math.min(stat.size, stat.blocks * 512);
}
