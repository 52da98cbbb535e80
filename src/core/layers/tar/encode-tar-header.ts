import { type ByteString, isAscii } from './byte-string.ts';
import { escapeKeyword, formatPaxRecords, paxXattrPrefix } from './pax-records.ts';
import type { TarEntry, TarEntryType } from './tar-entry.ts';
import { blockBytes } from './tar-header.ts';
import { fitsOctal, writeOctal } from './tar-numbers.ts';

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
  const { path, linkPath, mtimeNanoseconds } = entry;
  let pax: Map<string, ByteString> | undefined;
  const extend = (keyword: string, value: ByteString): void => {
    pax ??= new Map();
    pax.set(keyword, value);
  };
  const name = fitPath(path);
  if (name === undefined) extend('path', path);
  const isShortLink = linkPath.length <= 100 && isAscii(linkPath);
  if (!isShortLink) extend('linkpath', linkPath);
  if (!fitsOctal(8, entry.uid)) extend('uid', String(entry.uid));
  if (!fitsOctal(8, entry.gid)) extend('gid', String(entry.gid));
  if (!fitsOctal(12, entry.sizeBytes)) extend('size', String(entry.sizeBytes));
  if (!fitsOctal(12, entry.mtimeSeconds)) extend('mtime', String(entry.mtimeSeconds));
  if (mtimeNanoseconds !== 0) extend('mtime', paxTime(entry));
  for (const [attribute, value] of entry.xattrs) extend(paxXattrPrefix + escapeKeyword(attribute), value);

  const records = pax && formatPaxRecords(pax);
  const at = records === undefined ? 0 : blockBytes + wholeBlocks(records.length);
  // One piece of memory an entry: a layer may have a hundred thousand.
  const header = Buffer.allocUnsafe(at + blockBytes).fill(0);
  if (records !== undefined) putPaxHeader(header, path, records);
  if (name !== undefined) {
    header.write(name.name, at, 'latin1');
    header.write(name.prefix, at + 345, 'latin1');
  }
  if (isShortLink) header.write(linkPath, at + 157, 'latin1');
  writeOctal(header, at + 100, 8, entry.mode);
  writeOctal(header, at + 108, 8, entry.uid);
  writeOctal(header, at + 116, 8, entry.gid);
  writeOctal(header, at + 124, 12, entry.sizeBytes);
  writeOctal(header, at + 136, 12, entry.mtimeSeconds);
  header[at + 156] = flags[entry.type].charCodeAt(0);
  if (entry.type === 'character' || entry.type === 'block') {
    writeOctal(header, at + 329, 8, entry.deviceMajor);
    writeOctal(header, at + 337, 8, entry.deviceMinor);
  }
  sealHeader(header, at);
  return header;
}

/** `-4.5` is four and a half seconds before 1970: 5 before, and half a second on. */
function paxTime({ mtimeSeconds, mtimeNanoseconds }: TarEntry): string {
  const isBefore = mtimeSeconds < 0;
  const whole = isBefore ? -(mtimeSeconds + 1) : mtimeSeconds;
  const fraction = isBefore ? 1e9 - mtimeNanoseconds : mtimeNanoseconds;
  return `${isBefore ? '-' : ''}${whole}.${String(fraction).padStart(9, '0').replace(/0+$/, '')}`;
}

/** Zeros that bring `sizeBytes` of content to a whole block. Not to be written to. */
export function tarPadding(sizeBytes: number): Buffer {
  return zeros.subarray(0, wholeBlocks(sizeBytes) - sizeBytes);
}

/** The two empty blocks that end an archive. */
export function tarEnd(): Buffer {
  return Buffer.alloc(2 * blockBytes);
}

const zeros = Buffer.alloc(blockBytes);

function wholeBlocks(sizeBytes: number): number {
  return Math.ceil(sizeBytes / blockBytes) * blockBytes;
}

function putPaxHeader(header: Buffer, path: ByteString, records: Buffer): void {
  const base = path.replace(/\/+$/, '').split('/').at(-1) ?? '';
  header.write(`PaxHeaders.0/${base.replace(/[^\u0020-\u007e]/g, '_')}`.slice(0, 100), 0, 'latin1');
  writeOctal(header, 100, 8, 0o644);
  writeOctal(header, 108, 8, 0);
  writeOctal(header, 116, 8, 0);
  writeOctal(header, 124, 12, records.length);
  writeOctal(header, 136, 12, 0);
  header[156] = 0x78;
  sealHeader(header, 0);
  records.copy(header, blockBytes);
}

/** Whole in `name`, or cut at a slash into `prefix` and `name`; what fits neither way is left for PAX. */
function fitPath(path: ByteString): { readonly name: string; readonly prefix: string } | undefined {
  if (!isAscii(path)) return undefined;
  if (path.length <= 100) return { name: path, prefix: '' };
  if (path.length > 256) return undefined;
  const cut = path.lastIndexOf('/', Math.min(155, path.length - 2));
  const name = path.slice(cut + 1);
  if (cut <= 0 || name.length > 100) return undefined;
  return { name, prefix: path.slice(0, cut) };
}

/** Says which form the block has, and signs it. */
function sealHeader(header: Buffer, at: number): void {
  header.write('ustar\u000000', at + 257, 'latin1');
  header.fill(0x20, at + 148, at + 156);
  let sum = 0;
  for (let byte = at; byte < at + blockBytes; byte += 1) sum += header[byte] as number;
  writeOctal(header, at + 148, 7, sum);
}
