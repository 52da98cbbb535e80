import type { ByteString } from './byte-string.ts';
import { tarError } from './tar-error.ts';

/** Extended header records of one entry, by keyword (POSIX pax, "pax Extended Header"). */
export type PaxRecords = ReadonlyMap<string, ByteString>;

/** Keyword prefix under which tar programs keep extended attributes. */
export const paxXattrPrefix = 'SCHILY.xattr.';

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
