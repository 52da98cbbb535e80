import { readFileSync } from 'node:fs';

/**
 * Rows of three texts in the pages of a database file, found without the tree they hang in, which may be broken. Rows of
 * our tables without row IDs lie in index pages (sqlite.org/fileformat2.html, 1.6 and 2.1). Pages that are free hold what
 * was deleted: they are passed over, as far as the list of them can be read.
 */
export function* scanPages(path: string): Generator<readonly [string, string, string]> {
  const file = readFileSync(path);
  const free = freePages(file);
  for (let number = 2; number * pageBytes <= file.length; number += 1) {
    if (free.has(number)) continue;
    const page = pageOf(file, number);
    const isLeaf = page[0] === pageType.leafIndex;
    if (!isLeaf && page[0] !== pageType.interiorIndex) continue;
    const cells = Math.min(page.readUInt16BE(3), pageBytes / 4);
    for (let cell = 0; cell < cells; cell += 1) {
      const at = page.readUInt16BE((isLeaf ? 8 : 12) + cell * 2);
      const row = attempt(() => rowOf(payloadOf(file, page, isLeaf ? at : at + 4)));
      if (row !== undefined) yield row;
    }
  }
}

const pageBytes = 4096;
const pageType = { interiorIndex: 2, leafIndex: 10 } as const;
/** How much of a long row lies in its own page; the rest is in a chain of others. */
const mostLocalBytes = Math.floor(((pageBytes - 12) * 64) / 255) - 23;
const leastLocalBytes = Math.floor(((pageBytes - 12) * 32) / 255) - 23;
const mostRowBytes = 16 * 1024 * 1024;

/** A chain of pages, each with the number of the next, a count, and so many numbers of free pages. */
function freePages(file: Buffer): ReadonlySet<number> {
  const free = new Set<number>();
  attempt(() => {
    for (let trunk = file.readUInt32BE(32); trunk !== 0 && !free.has(trunk); ) {
      free.add(trunk);
      const page = pageOf(file, trunk);
      for (let entry = 0; entry < page.readUInt32BE(4); entry += 1)
        free.add(page.readUInt32BE(8 + entry * 4));
      trunk = page.readUInt32BE(0);
    }
  });
  return free;
}

function pageOf(file: Buffer, number: number): Buffer {
  if (number < 1 || number * pageBytes > file.length) throw new RangeError('no such page');
  return file.subarray((number - 1) * pageBytes, number * pageBytes);
}

function payloadOf(file: Buffer, page: Buffer, at: number): Buffer {
  const size = varint(page, at);
  if (size.value > mostRowBytes) throw new RangeError('no row');
  const start = at + size.bytes;
  const spread = leastLocalBytes + ((size.value - leastLocalBytes) % (pageBytes - 4));
  const isLong = size.value > mostLocalBytes;
  const local = !isLong ? size.value : spread <= mostLocalBytes ? spread : leastLocalBytes;
  const parts = [page.subarray(start, start + local)];
  let left = size.value - local;
  for (let next = isLong ? page.readUInt32BE(start + local) : 0; left > 0; ) {
    const overflow = pageOf(file, next);
    parts.push(overflow.subarray(4, 4 + Math.min(left, pageBytes - 4)));
    left -= pageBytes - 4;
    next = overflow.readUInt32BE(0);
  }
  return Buffer.concat(parts);
}

function rowOf(payload: Buffer): readonly [string, string, string] | undefined {
  const header = varint(payload, 0);
  const lengths: number[] = [];
  for (let at = header.bytes; at < header.value; ) {
    const type = varint(payload, at);
    if (type.value < 13 || type.value % 2 === 0) return undefined;
    lengths.push((type.value - 13) / 2);
    at += type.bytes;
  }
  let at = header.value;
  const texts = lengths.map((length) => {
    at += length;
    return payload.toString('utf8', at - length, at);
  });
  const [first, second, third] = texts;
  if (texts.length !== 3 || at !== payload.length) return undefined;
  return [first as string, second as string, third as string];
}

/** Of at most six bytes: no length of ours is longer. */
function varint(bytes: Buffer, at: number): { readonly value: number; readonly bytes: number } {
  let value = 0;
  for (let used = 0; used < 6; used += 1) {
    const byte = bytes.readUInt8(at + used);
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return { value, bytes: used + 1 };
  }
  throw new RangeError('no length');
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
