import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bindMount, mount, mountFlags } from '../host/mount.ts';
import { isErrno } from '../host/system-error.ts';
import { bundleFiles } from './bundle.ts';

/** What must not be on a disk: files only the container sees, and its specification. Goes with its namespace. */
export interface MemoryFiles {
  /** Where they are for the binds of the specification: a folder to be made, which stays empty for everybody else. */
  readonly dir: string;
  readonly files: readonly MemoryFile[];
}

export interface MemoryFile {
  /** In the folder. */
  readonly name: string;
  readonly data: Uint8Array;
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
}

/** Makes them. Inside a private mount namespace only; the folder must be made before. */
export function placeMemoryFiles({ dir, files }: MemoryFiles): void {
  mountMemory(dir);
  for (const { name, data, uid, gid, mode } of files) {
    const path = join(dir, name);
    writeFileSync(path, data, { mode: 0o600, flag: 'wx' });
    chownSync(path, uid, gid);
    chmodSync(path, mode);
  }
}

/**
 * Has the specification that will be written into a bundle be one of the files, while everybody else finds an empty one.
 * After {@link placeMemoryFiles}.
 */
export function hideSpecification({ dir }: MemoryFiles, bundleDir: string): void {
  const target = join(bundleDir, bundleFiles.config);
  const source = join(dir, bundleFiles.config);
  for (const path of [target, source]) writeFileSync(path, '', { mode: 0o600 });
  bindMount(source, target);
}

/** A file system in memory upon a folder, which is made if need be; where the kernel can (6.4), it is not swapped out. */
export function mountMemory(dir: string): void {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const request = {
    source: 'tmpfs',
    target: dir,
    type: 'tmpfs',
    flags: mountFlags.noSuid | mountFlags.noDev,
  };
  try {
    mount({ ...request, options: 'mode=0700,noswap' });
  } catch (error) {
    if (!isErrno(error, 'EINVAL')) throw error;
    mount({ ...request, options: 'mode=0700' });
  }
}
