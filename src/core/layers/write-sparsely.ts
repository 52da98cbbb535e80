import { writeSync } from 'node:fs';

/** A multiple of every file system's block, small enough to find most holes. */
const stretchBytes = 64 * 1024;
const zeros = Buffer.alloc(stretchBytes);

/**
 * Writes a piece of a new file but for stretches of zeros, which are zeros also when nothing is written: layers do not
 * tell of holes (image-spec layer.md, "Sparse Files"), so files that had some get them back. The end of what was
 * written, undefined if nothing was; the caller sets the file's size.
 */
export function writeSparsely(fd: number, chunk: Uint8Array, offset: number): number | undefined {
  let end: number | undefined;
  let begun = 0;
  const flush = (until: number): void => {
    for (let at = begun; at < until; ) at += writeSync(fd, chunk, at, until - at, offset + at);
    if (until > begun) end = offset + until;
  };
  for (let at = 0; at < chunk.length; ) {
    // To the next stretch of the file, whatever pieces it comes in.
    const next = Math.min(chunk.length, at + stretchBytes - ((offset + at) % stretchBytes));
    if (isZero(chunk, at, next)) {
      flush(at);
      begun = next;
    }
    at = next;
  }
  flush(chunk.length);
  return end;
}

function isZero(chunk: Uint8Array, from: number, to: number): boolean {
  if (to - from < smallestHole || chunk[from] !== 0) return false;
  return zeros.compare(chunk, from, to, 0, to - from) === 0;
}

/** A page: less is not worth a hole. */
const smallestHole = 4096;
