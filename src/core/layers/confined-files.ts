import { constants } from 'node:fs';
import { setFileTimes } from '../host/file-times.ts';
import { deviceNumber, makeNode } from '../host/make-node.ts';
import { type ByteString, pathOf } from './tar/byte-string.ts';
import type { TarEntry } from './tar/tar-entry.ts';

/** For a file that must be new and no link. */
export const createFlags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/** A layer's path below the root of the confined thread. */
export function below(path: ByteString): string | Buffer {
  return pathOf(`/${path}`);
}

/** For its owner only: mode and owner follow. */
export function makeDevice(
  path: ByteString,
  entry: Pick<TarEntry, 'type' | 'deviceMajor' | 'deviceMinor'>,
): void {
  const device = deviceNumber(entry.deviceMajor, entry.deviceMinor);
  if (entry.type === 'fifo') makeNode(below(path), 'fifo', 0o600);
  else makeNode(below(path), entry.type === 'block' ? 'block' : 'char', 0o600, device);
}

/** To the nanosecond, of a symbolic link itself too. */
export function setTimes(path: ByteString, entry: TarEntry): void {
  const time = { seconds: entry.mtimeSeconds, nanoseconds: entry.mtimeNanoseconds };
  setFileTimes(below(path), { accessed: time, modified: time });
}
