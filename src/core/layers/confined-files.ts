import { constants, linkSync, lstatSync } from 'node:fs';
import { setFileTimes } from '../host/file-times.ts';
import { deviceNumber, makeNode } from '../host/make-node.ts';
import { isErrno } from '../host/system-error.ts';
import { layerError } from './layer-error.ts';
import { type ByteString, pathOf } from './tar/byte-string.ts';
import type { TarEntry } from './tar/tar-entry.ts';

/** For a file that must be new and no link. */
export const createFlags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/** A layer's path below the root of the confined thread. */
export function below(path: ByteString): string | Buffer {
  return pathOf(`/${path}`);
}

export function isLink(path: ByteString): boolean {
  return lstatSync(below(path), { throwIfNoEntry: false })?.isSymbolicLink() === true;
}

/** Throws `bad-layer` for a target that is not there or is a folder. */
export function linkTo(target: ByteString, path: ByteString): void {
  try {
    linkSync(below(target), below(path));
  } catch (error) {
    if (!isErrno(error, 'ENOENT', 'ENOTDIR', 'EPERM', 'ELOOP')) throw error;
    throw layerError('a hard link points to what is not there or is a folder', target);
  }
}

/** For its owner only: mode and owner follow. */
export function makeDevice(path: ByteString, entry: TarEntry): void {
  const device = deviceNumber(entry.deviceMajor, entry.deviceMinor);
  if (entry.type === 'fifo') makeNode(below(path), 'fifo', 0o600);
  else makeNode(below(path), entry.type === 'block' ? 'block' : 'char', 0o600, device);
}

/** To the nanosecond, of a symbolic link itself too. */
export function setTimes(path: ByteString, entry: TarEntry): void {
  const time = { seconds: entry.mtimeSeconds, nanoseconds: entry.mtimeNanoseconds };
  setFileTimes(below(path), { accessed: time, modified: time });
}
