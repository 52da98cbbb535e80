import type { ByteString } from './byte-string.ts';
import { tarError } from './tar-error.ts';

/** Extended header records of one entry, by keyword (POSIX pax, "pax Extended Header"). */
export type PaxRecords = ReadonlyMap<string, ByteString>;

/** Keyword prefix under which tar programs keep extended attributes. */
export const paxXattrPrefix = 'SCHILY.xattr.';

/** Attribute names may hold what ends a keyword; GNU tar writes it so. */
export function escapeKeyword(name: ByteString): ByteString {
  return name.replace(/[%=]/g, (character) => (character === '%' ? '%25' : '%3D'));
}

export function unescapeKeyword(name: ByteString): ByteString {
  return name.includes('%') ? name.replace(/%3D/g, '=').replace(/%25/g, '%') : name;
}

/** Keyword prefix of libarchive: names are URL-encoded, values base64. */
const archiveXattrPrefix = 'LIBARCHIVE.xattr.';

/** Extended attributes by full name. libarchive writes both forms, and the plain one is nearer to the truth. */
export function paxXattrs(records: PaxRecords): ReadonlyMap<ByteString, ByteString> {
  let found: Map<ByteString, ByteString> | undefined;
  for (const [keyword, value] of records) {
    if (keyword.startsWith(paxXattrPrefix)) {
      found ??= new Map();
      found.set(unescapeKeyword(keyword.slice(paxXattrPrefix.length)), value);
    } else if (keyword.startsWith(archiveXattrPrefix)) {
      const name = keyword
        .slice(archiveXattrPrefix.length)
        .replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
      if (records.has(paxXattrPrefix + escapeKeyword(name))) continue;
      found ??= new Map();
      found.set(name, Buffer.from(value, 'base64').toString('latin1'));
    }
  }
  return found ?? noXattrs;
}

const noXattrs: ReadonlyMap<ByteString, ByteString> = new Map();

/**
 * Parses `LENGTH KEYWORD=VALUE\n` records. A later record of the same keyword wins, except for the sparse map of GNU
 * format 0.0, whose pairs repeat: those are joined by commas under `GNU.sparse.map`.
 */
export function parsePaxRecords(data: Uint8Array): Map<string, ByteString> {
  const records = new Map<string, ByteString>();
  const text = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('latin1');
  const sparse: string[] = [];
  let at = 0;
  while (at < text.length) {
    const blank = text.indexOf(' ', at);
    const digits = blank === -1 ? '' : text.slice(at, blank);
    if (!/^[0-9]{1,9}$/.test(digits)) throw tarError('extended header without length');
    const end = at + Number(digits);
    const equals = text.indexOf('=', blank);
    if (end > text.length || end <= blank || text[end - 1] !== '\n' || equals === -1 || equals >= end) {
      throw tarError('broken extended header');
    }
    const keyword = text.slice(blank + 1, equals);
    const value = text.slice(equals + 1, end - 1);
    if (keyword === '') throw tarError('extended header without keyword');
    if (keyword === 'GNU.sparse.offset' || keyword === 'GNU.sparse.numbytes') sparse.push(value);
    else records.set(keyword, value);
    at = end;
  }
  if (sparse.length > 0) records.set('GNU.sparse.map', sparse.join(','));
  return records;
}

/** The reverse, in keyword order, so that equal entries give equal bytes. */
export function formatPaxRecords(records: PaxRecords): Buffer {
  const keywords = [...records.keys()].sort();
  return Buffer.from(
    keywords.map((keyword) => formatRecord(keyword, records.get(keyword) as string)).join(''),
    'latin1',
  );
}

function formatRecord(keyword: string, value: ByteString): string {
  const rest = ` ${keyword}=${value}\n`;
  let length = rest.length + 1;
  while (length !== rest.length + String(length).length) length = rest.length + String(length).length;
  return `${length}${rest}`;
}
