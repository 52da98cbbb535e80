import type { ByteString } from './byte-string.ts';
import { type PaxRecords, paxXattrs } from './pax-records.ts';
import type { TarEntry, TarEntryType } from './tar-entry.ts';
import { tarError } from './tar-error.ts';
import { readNumber } from './tar-numbers.ts';

export const blockBytes = 512;

/** Type letter of a header block (POSIX ustar `typeflag`, and what GNU and Sun added). */
export function typeFlag(block: Uint8Array): string {
  return String.fromCharCode(block[156] as number);
}

/** Checks the header's sum. Old programs summed signed bytes: both ways are right. Throws `bad-tar`. */
export function checkSum(block: Uint8Array): void {
  const wanted = readNumber(block, 148, 8, 'checksum');
  let unsigned = 0;
  let signed = 0;
  for (let at = 0; at < blockBytes; at += 1) {
    const byte = at >= 148 && at < 156 ? 0x20 : (block[at] as number);
    unsigned += byte;
    signed += byte < 0x80 ? byte : byte - 0x100;
  }
  if (wanted !== unsigned && wanted !== signed) throw tarError('header checksum does not match');
}

/** Bytes of content that follow this header. Links, folders and devices have none, whatever they say. */
export function storedSize(block: Uint8Array, pax: PaxRecords): number {
  if ('123456'.includes(typeFlag(block))) return 0;
  const size = pax.has('size') ? paxNumber(pax, 'size') : readNumber(block, 124, 12, 'size');
  if (size < 0) throw tarError('negative size');
  return size;
}

/** Builds the entry from its header block, PAX records and GNU long names. `realBytes`: of a sparse file. */
export function entryOf(
  block: Uint8Array,
  pax: PaxRecords,
  long: { readonly path: ByteString | undefined; readonly link: ByteString | undefined },
  realBytes: number | undefined,
): TarEntry {
  const flag = typeFlag(block);
  const path = pax.get('GNU.sparse.name') ?? pax.get('path') ?? long.path ?? headerPath(block);
  const type = entryType(flag, path);
  const mtime = pax.has('mtime')
    ? paxTime(pax)
    : { seconds: readNumber(block, 136, 12, 'mtime'), nanoseconds: 0 };
  const isLink = type === 'symlink' || type === 'hardlink';
  const isDevice = type === 'character' || type === 'block';
  return {
    type,
    path,
    linkPath: isLink ? (pax.get('linkpath') ?? long.link ?? text(block, 157, 100)) : '',
    mode: readNumber(block, 100, 8, 'mode') & 0o7777,
    uid: ownerOf(block, pax, 'uid', 108),
    gid: ownerOf(block, pax, 'gid', 116),
    sizeBytes: type === 'file' ? (realBytes ?? storedSize(block, pax)) : 0,
    mtimeSeconds: mtime.seconds,
    mtimeNanoseconds: mtime.nanoseconds,
    deviceMajor: isDevice ? readNumber(block, 329, 8, 'devmajor') : 0,
    deviceMinor: isDevice ? readNumber(block, 337, 8, 'devminor') : 0,
    xattrs: paxXattrs(pax),
  };
}

function entryType(flag: string, path: ByteString): TarEntryType {
  switch (flag) {
    case '\0':
    case '0':
      // Before ustar a directory was a file whose name ends in a slash.
      return path.endsWith('/') ? 'directory' : 'file';
    case '7':
    case 'S':
      return 'file';
    case '1':
      return 'hardlink';
    case '2':
      return 'symlink';
    case '3':
      return 'character';
    case '4':
      return 'block';
    case '5':
    case 'D':
      return 'directory';
    case '6':
      return 'fifo';
    default:
      throw tarError(`unknown entry type ${JSON.stringify(flag)}`);
  }
}

/** POSIX has a prefix of 155 bytes, star one of 131 and times behind it; in GNU's older layout other things lie there. */
function headerPath(block: Uint8Array): ByteString {
  const name = text(block, 0, 100);
  const isPosix = text(block, 257, 6) === 'ustar' && block[262] === 0;
  const isStar = isPosix && text(block, 508, 4) === 'tar' && block[511] === 0;
  const prefix = isPosix ? text(block, 345, isStar ? 131 : 155) : '';
  return prefix === '' ? name : `${prefix}/${name}`;
}

function text(block: Uint8Array, offset: number, length: number): ByteString {
  const end = block.indexOf(0, offset);
  const stop = end === -1 || end > offset + length ? offset + length : end;
  return Buffer.from(block.buffer, block.byteOffset + offset, stop - offset).toString('latin1');
}

function ownerOf(block: Uint8Array, pax: PaxRecords, key: 'uid' | 'gid', offset: number): number {
  const id = pax.has(key) ? paxNumber(pax, key) : readNumber(block, offset, 8, key);
  if (id < 0 || id > 0xffff_fffe) throw tarError(`${key} ${id} is out of range`);
  return id;
}

function paxNumber(pax: PaxRecords, key: string): number {
  const value = Number(pax.get(key));
  if (!/^[0-9]{1,16}$/.test(pax.get(key) ?? '') || !Number.isSafeInteger(value))
    throw tarError(`bad ${key} record`);
  return value;
}

/** `-12.5` is 13 seconds before 1970 plus half a second. */
function paxTime(pax: PaxRecords): { readonly seconds: number; readonly nanoseconds: number } {
  const match = /^(-?)([0-9]{1,15})(?:\.([0-9]*))?$/.exec(pax.get('mtime') ?? '');
  if (match === null) throw tarError('bad mtime record');
  const whole = Number(match[2]);
  const fraction = Number((match[3] ?? '').slice(0, 9).padEnd(9, '0'));
  if (match[1] === '') return { seconds: whole, nanoseconds: fraction };
  return fraction === 0
    ? { seconds: whole === 0 ? 0 : -whole, nanoseconds: 0 }
    : { seconds: -whole - 1, nanoseconds: 1e9 - fraction };
}
