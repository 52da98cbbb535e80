import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  type Stats,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { randomHex } from './random-hex.ts';

/**
 * Replaces a file as a whole: a reader sees the old bytes or the new ones, also after a crash. `durable` (default)
 * flushes file and folder to the disk first; without it a power cut may bring the old file back. `like` is whose
 * mode, and owner as far as we may, it takes.
 */
export function writeFileWhole(
  path: string,
  data: string | Uint8Array | readonly Uint8Array[],
  options: { readonly mode?: number; readonly durable?: boolean; readonly like?: Stats | undefined } = {},
): void {
  const temporary = `${path}.${randomHex(6)}.tmp`;
  const parts = typeof data === 'string' ? [Buffer.from(data)] : data instanceof Uint8Array ? [data] : data;
  const fd = openSync(
    temporary,
    constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL,
    options.mode ?? 0o600,
  );
  try {
    for (const part of parts) {
      for (let offset = 0; offset < part.length; ) offset += writeSync(fd, part, offset);
    }
    if (options.like !== undefined) takeAfter(fd, options.like);
    if (options.durable !== false) fsyncSync(fd);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  } finally {
    closeSync(fd);
  }
  if (options.durable !== false) syncFolder(dirname(path));
}

function takeAfter(fd: number, { mode, uid, gid }: Stats): void {
  try {
    fchownSync(fd, uid, gid);
  } catch {
    // Only root gives files away; it is ours then.
  }
  fchmodSync(fd, mode & 0o777);
}

/** Flushes a folder's entries: makes names in it, a rename above all, survive a power cut. */
export function syncFolder(dir: string): void {
  const fd = openSync(dir, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
