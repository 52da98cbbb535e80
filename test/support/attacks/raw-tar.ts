import { tarPadding } from '../../../src/core/layers/tar/encode-tar-header.ts';

/** A header block field by field; what is given as bytes is put there as it is. Numbers become octal. */
export interface RawHeader {
  readonly name?: string;
  readonly type?: string;
  readonly linkName?: string;
  readonly mode?: number | Buffer;
  readonly uid?: number | Buffer;
  readonly gid?: number | Buffer;
  readonly size?: number | Buffer;
  readonly mtime?: number | Buffer;
  readonly magic?: string;
  readonly prefix?: string;
  readonly devMajor?: Buffer;
  /** Bytes at any place, last of all but the checksum. */
  readonly at?: Readonly<Record<number, Buffer>>;
  readonly checksum?: Buffer;
}

/** One header block, with a right checksum unless told otherwise. */
export function rawHeader(header: RawHeader): Buffer {
  const block = Buffer.alloc(512);
  const number = (value: number | Buffer | undefined, offset: number, length: number, initial = 0): void => {
    if (Buffer.isBuffer(value)) value.copy(block, offset, 0, length);
    else block.write(`${(value ?? initial).toString(8).padStart(length - 1, '0')}\0`, offset, 'latin1');
  };
  block.write(header.name ?? 'f', 0, 100, 'latin1');
  number(header.mode, 100, 8, 0o644);
  number(header.uid, 108, 8);
  number(header.gid, 116, 8);
  number(header.size, 124, 12);
  number(header.mtime, 136, 12, 1_700_000_000);
  block.write(header.type ?? '0', 156, 'latin1');
  block.write(header.linkName ?? '', 157, 100, 'latin1');
  block.write(header.magic ?? 'ustar\u000000', 257, 'latin1');
  if (header.devMajor !== undefined) header.devMajor.copy(block, 329, 0, 8);
  block.write(header.prefix ?? '', 345, 155, 'latin1');
  for (const [offset, bytes] of Object.entries(header.at ?? {})) bytes.copy(block, Number(offset));
  block.fill(0x20, 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  header.checksum?.copy(block, 148);
  return block;
}

/** A header and its content; the size field says how long that is unless told otherwise. */
export function rawEntry(header: RawHeader, content: string | Uint8Array = ''): Buffer {
  const body = typeof content === 'string' ? Buffer.from(content, 'latin1') : content;
  return Buffer.concat([rawHeader({ size: body.length, ...header }), body, tarPadding(body.length)]);
}

/** `LENGTH KEYWORD=VALUE` records, lengths worked out. */
export function paxRecords(records: Readonly<Record<string, string>>): Buffer {
  return Buffer.concat(
    Object.entries(records).map(([keyword, value]) => {
      const rest = Buffer.from(` ${keyword}=${value}\n`, 'latin1');
      let length = rest.length + 1;
      while (length !== rest.length + String(length).length) length = rest.length + String(length).length;
      return Buffer.concat([Buffer.from(String(length)), rest]);
    }),
  );
}

/** An extended header for the entry that follows. */
export function pax(records: Readonly<Record<string, string>>): Buffer {
  return rawEntry({ type: 'x', name: 'PaxHeaders/x' }, paxRecords(records));
}

/** A number as GNU tar writes what octal cannot hold. */
export function base256(value: bigint, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let rest = value;
  for (let at = length - 1; at >= 0; at -= 1) {
    bytes[at] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  bytes[0] = (bytes[0] as number) | 0x80;
  return bytes;
}

export const endOfTar = Buffer.alloc(1024);

/** Entries and the end mark. */
export function rawTar(...entries: readonly Uint8Array[]): Buffer {
  return Buffer.concat([...entries, endOfTar]);
}
