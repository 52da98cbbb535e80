import { fstatSync } from 'node:fs';
import { lastErrno, libcFunction } from './libc.ts';
import { errnoName, systemError } from './system-error.ts';

/** A stretch of a file that has bytes; between them it is all zeros and takes no space. */
export interface DataExtent {
  readonly offset: number;
  readonly length: number;
}

/**
 * The stretches of a file that have data (lseek(2), `SEEK_DATA` and `SEEK_HOLE`). A file system that cannot tell says
 * all of it. Moves the descriptor's own offset.
 */
export function* dataExtents(
  fd: number,
  sizeBytes = fstatSync(fd).size,
): Generator<DataExtent, void, undefined> {
  for (let offset = 0; offset < sizeBytes; ) {
    const start = seek(fd, offset, seekData);
    if (start === undefined || start >= sizeBytes) return;
    const end = Math.min(seek(fd, start, seekHole) ?? sizeBytes, sizeBytes);
    yield { offset: start, length: end - start };
    offset = end;
  }
}

/** Undefined: nothing of that kind from there on. */
function seek(fd: number, offset: number, whence: number): number | undefined {
  const result = lseekCall(fd, offset, whence);
  if (result >= 0) return result;
  if (errnoName(lastErrno()) === 'ENXIO') return undefined;
  throw systemError(lastErrno(), 'lseek');
}

const seekData = 3;
const seekHole = 4;
const lseekCall = libcFunction('lseek', ['int', 'int64_t', 'int'], 'int64_t');
