import { type ByteString, isAscii } from './byte-string.ts';
import { escapeKeyword, formatPaxRecords, paxXattrPrefix } from './pax-records.ts';
import type { TarEntry, TarEntryType } from './tar-entry.ts';
import { blockBytes } from './tar-header.ts';
import { writeOctal } from './tar-numbers.ts';

const flags: Readonly<Record<TarEntryType, string>> = {
  file: '0',
  hardlink: '1',
  symlink: '2',
  character: '3',
  block: '4',
  directory: '5',
  fifo: '6',
};

/**
 * The header block of an entry in POSIX ustar form, with a PAX extended header before it where ustar cannot hold
 * something: long or non-ASCII names, large numbers, extended attributes, parts of a second. Equal entries give equal
 * bytes.
 */
export function encodeTarHeader(entry: TarEntry): Buffer {
  const pax = new Map<string, ByteString>();
  const header = Buffer.alloc(blockBytes);
  const field = (keyword: string, offset: number, length: number, value: number): void => {
    if (!writeOctal(header, offset, length, value)) pax.set(keyword, String(value));
  };
  if (!writePath(header, entry.path)) pax.set('path', entry.path);
  if (isAscii(entry.linkPath) && entry.linkPath.length <= 100) header.write(entry.linkPath, 157, 'latin1');
  else pax.set('linkpath', entry.linkPath);
  writeOctal(header, 100, 8, entry.mode);
  field('uid', 108, 8, entry.uid);
  field('gid', 116, 8, entry.gid);
  field('size', 124, 12, entry.sizeBytes);
  field('mtime', 136, 12, entry.mtimeSeconds);
  if (entry.mtimeNanoseconds !== 0) pax.set('mtime', paxTime(entry));
  header.write(flags[entry.type], 156, 'latin1');
  header.write('ustar\u000000', 257, 'latin1');
  if (entry.type === 'character' || entry.type === 'block') {
    writeOctal(header, 329, 8, entry.deviceMajor);
    writeOctal(header, 337, 8, entry.deviceMinor);
  }
  for (const [name, value] of entry.xattrs) pax.set(paxXattrPrefix + escapeKeyword(name), value);
  sealHeader(header);
  return pax.size === 0 ? header : Buffer.concat([encodePax(entry.path, pax), header]);
}

/** `-4.5` is four and a half seconds before 1970: 5 before, and half a second on. */
function paxTime({ mtimeSeconds, mtimeNanoseconds }: TarEntry): string {
  const isBefore = mtimeSeconds < 0;
  const whole = isBefore ? -(mtimeSeconds + 1) : mtimeSeconds;
  const fraction = isBefore ? 1e9 - mtimeNanoseconds : mtimeNanoseconds;
  return `${isBefore ? '-' : ''}${whole}.${String(fraction).padStart(9, '0').replace(/0+$/, '')}`;
}

/** Zeros that bring `sizeBytes` of content to a whole block. */
export function tarPadding(sizeBytes: number): Buffer {
  return Buffer.alloc((blockBytes - (sizeBytes % blockBytes)) % blockBytes);
}

/** The two empty blocks that end an archive. */
export function tarEnd(): Buffer {
  return Buffer.alloc(2 * blockBytes);
}

function encodePax(path: ByteString, records: ReadonlyMap<string, ByteString>): Buffer {
  const body = formatPaxRecords(records);
  const header = Buffer.alloc(blockBytes);
  const base = path.replace(/\/+$/, '').split('/').at(-1) ?? '';
  header.write(`PaxHeaders.0/${base.replace(/[^\u0020-\u007e]/g, '_')}`.slice(0, 100), 0, 'latin1');
  writeOctal(header, 100, 8, 0o644);
  writeOctal(header, 108, 8, 0);
  writeOctal(header, 116, 8, 0);
  writeOctal(header, 124, 12, body.length);
  writeOctal(header, 136, 12, 0);
  header.write('x', 156, 'latin1');
  header.write('ustar\u000000', 257, 'latin1');
  sealHeader(header);
  return Buffer.concat([header, body, tarPadding(body.length)]);
}

/** Whole in `name`, or cut at a slash into `prefix` and `name`; what fits neither way is left for PAX. */
function writePath(header: Buffer, path: ByteString): boolean {
  if (!isAscii(path)) return false;
  if (path.length <= 100) {
    header.write(path, 0, 'latin1');
    return true;
  }
  if (path.length > 256) return false;
  const cut = path.lastIndexOf('/', Math.min(155, path.length - 2));
  const name = path.slice(cut + 1);
  if (cut <= 0 || name.length > 100) return false;
  header.write(name, 0, 'latin1');
  header.write(path.slice(0, cut), 345, 'latin1');
  return true;
}

function sealHeader(header: Buffer): void {
  header.fill(0x20, 148, 156);
  let sum = 0;
  for (const byte of header) sum += byte;
  writeOctal(header, 148, 7, sum);
}
