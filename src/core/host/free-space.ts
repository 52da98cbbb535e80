import { statfsSync } from 'node:fs';

/** What a file system has left. */
export interface FreeSpace {
  readonly totalBytes: number;
  /** For us: without the blocks kept for root, unless we are root. */
  readonly freeBytes: number;
  readonly freeInodes: number;
}

/** Space of the file system the path lies on. */
export function freeSpace(path: string): FreeSpace {
  const stat = statfsSync(path);
  const blocks = process.getuid?.() === 0 ? stat.bfree : stat.bavail;
  return { totalBytes: stat.blocks * stat.bsize, freeBytes: blocks * stat.bsize, freeInodes: stat.ffree };
}
