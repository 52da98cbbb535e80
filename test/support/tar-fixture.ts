import { byteString } from '../../src/core/layers/tar/byte-string.ts';
import { encodeTarHeader, tarEnd, tarPadding } from '../../src/core/layers/tar/encode-tar-header.ts';
import type { TarEntry } from '../../src/core/layers/tar/tar-entry.ts';

/** One member of an archive a test makes up; names are ordinary text. */
export type TarMember = Partial<Omit<TarEntry, 'xattrs' | 'sizeBytes'>> & {
  readonly path: string;
  readonly content?: string | Uint8Array;
  readonly xattrs?: Readonly<Record<string, string>>;
};

/** A tar as hostile or as odd as its members say: nothing is checked. */
export function makeTar(members: readonly TarMember[]): Buffer {
  return Buffer.concat([...members.flatMap(encodeMember), tarEnd()]);
}

function encodeMember({ content = '', path, linkPath, xattrs = {}, ...rest }: TarMember): Buffer[] {
  const body = Buffer.from(content);
  const header = encodeTarHeader({
    type: path.endsWith('/') ? 'directory' : 'file',
    mode: path.endsWith('/') ? 0o755 : 0o644,
    uid: 0,
    gid: 0,
    mtimeSeconds: 1_700_000_000,
    mtimeNanoseconds: 0,
    deviceMajor: 0,
    deviceMinor: 0,
    ...rest,
    path: byteString(path),
    linkPath: byteString(linkPath ?? ''),
    sizeBytes: body.length,
    xattrs: new Map(Object.entries(xattrs)),
  });
  return [header, body, tarPadding(body.length)];
}
