import { lstatSync, readdirSync, readlinkSync, type Stats } from 'node:fs';
import { deviceParts } from '../host/make-node.ts';
import { getXattr, listXattrs } from '../host/xattrs.ts';
import { layerError } from './layer-error.ts';
import { type ByteString, byteString, pathOf } from './tar/byte-string.ts';
import type { TarEntry, TarEntryType } from './tar/tar-entry.ts';
import { opaqueMarker, whiteoutPrefix } from './whiteout.ts';

/** An entry of a layer to be written, and where its content is (files only). */
export interface ScannedEntry {
  readonly entry: TarEntry;
  readonly source: ByteString | undefined;
}

const overlayPrefix = /^(?:trusted|user)\.overlay\./;
const none: ReadonlyMap<string, ByteString> = new Map();
const marker: Omit<TarEntry, 'path'> = {
  type: 'file',
  linkPath: '',
  mode: 0,
  uid: 0,
  gid: 0,
  sizeBytes: 0,
  mtimeSeconds: 0,
  mtimeNanoseconds: 0,
  deviceMajor: 0,
  deviceMinor: 0,
  xattrs: none,
};

/**
 * The entries of a folder in overlayfs form, as a layer has them: parents first, names in byte order, so that equal
 * folders give equal layers. Deleted names (0:0 devices) and opaque folders become whiteouts; sockets are left out.
 * Of extended attributes, `security.capability` and `user.*` are kept. Nothing is said of the root folder itself.
 */
export function* scanLayer(layerDir: string): Generator<ScannedEntry, void, undefined> {
  yield* scanFolder(byteString(layerDir), '', new Map());
}

function* scanFolder(
  dir: ByteString,
  prefix: ByteString,
  links: Map<string, ByteString>,
): Generator<ScannedEntry, void, undefined> {
  const names = readdirSync(pathOf(dir), { encoding: 'latin1' });
  names.sort();
  for (const name of names) {
    const full = `${dir}/${name}`;
    const stat = lstatSync(pathOf(full));
    const type = typeOf(stat);
    if (type === undefined) continue;
    if (type === 'character' && stat.rdev === 0) {
      yield { entry: { ...marker, path: `${prefix}${whiteoutPrefix}${name}` }, source: undefined };
      continue;
    }
    if (name.startsWith(whiteoutPrefix)) {
      throw layerError('a file name begins like a whiteout, which no layer can hold', `${prefix}${name}`);
    }
    const path = type === 'directory' ? `${prefix}${name}/` : `${prefix}${name}`;
    if (type !== 'directory' && stat.nlink > 1) {
      const first = firstLink(full, path, links);
      if (first !== undefined) {
        const link: TarEntry = { ...entryOf(stat, 'hardlink', path, none), linkPath: first };
        yield { entry: link, source: undefined };
        continue;
      }
    }
    const { xattrs, isOpaque } = type === 'file' || type === 'directory' ? attributesOf(full) : noAttributes;
    const entry = entryOf(stat, type, path, xattrs);
    if (type === 'symlink') {
      const linkPath = readlinkSync(pathOf(full), { encoding: 'latin1' });
      yield { entry: { ...entry, linkPath }, source: undefined };
      continue;
    }
    yield { entry, source: type === 'file' ? full : undefined };
    if (type !== 'directory') continue;
    if (isOpaque) yield { entry: { ...marker, path: `${path}${opaqueMarker}` }, source: undefined };
    yield* scanFolder(full, path, links);
  }
}

function typeOf(stat: Stats): TarEntryType | undefined {
  if (stat.isFile()) return 'file';
  if (stat.isDirectory()) return 'directory';
  if (stat.isSymbolicLink()) return 'symlink';
  if (stat.isCharacterDevice()) return 'character';
  if (stat.isBlockDevice()) return 'block';
  return stat.isFIFO() ? 'fifo' : undefined;
}

function entryOf(
  stat: Stats,
  type: TarEntryType,
  path: ByteString,
  xattrs: ReadonlyMap<string, ByteString>,
): TarEntry {
  const isDevice = type === 'character' || type === 'block';
  const device = isDevice ? deviceParts(stat.rdev) : { major: 0, minor: 0 };
  return {
    type,
    path,
    linkPath: '',
    mode: stat.mode & 0o7777,
    uid: stat.uid,
    gid: stat.gid,
    sizeBytes: type === 'file' ? stat.size : 0,
    mtimeSeconds: Math.floor(stat.mtimeMs / 1000),
    mtimeNanoseconds: 0,
    deviceMajor: device.major,
    deviceMinor: device.minor,
    xattrs,
  };
}

/** The name this file was met by before; inode numbers need all their bits, so they are read again. */
function firstLink(
  full: ByteString,
  path: ByteString,
  links: Map<string, ByteString>,
): ByteString | undefined {
  const { dev, ino } = lstatSync(pathOf(full), { bigint: true });
  const key = `${dev}:${ino}`;
  const first = links.get(key);
  if (first === undefined) links.set(key, path);
  return first;
}

interface Attributes {
  readonly xattrs: ReadonlyMap<string, ByteString>;
  readonly isOpaque: boolean;
}

const noAttributes: Attributes = { xattrs: none, isOpaque: false };

function attributesOf(full: ByteString): Attributes {
  const path = pathOf(full);
  const names = listXattrs(path);
  if (names.length === 0) return noAttributes;
  const xattrs = new Map<string, ByteString>();
  let isOpaque = false;
  for (const name of names) {
    const value = Buffer.from(getXattr(path, name) ?? []).toString('latin1');
    const own = overlayPrefix.exec(name)?.[0];
    if (own === undefined) {
      if (name === 'security.capability' || name.startsWith('user.')) xattrs.set(name, value);
    } else if (name === `${own}opaque`) {
      isOpaque = value === 'y';
    } else if (name === `${own}redirect` || name === `${own}metacopy`) {
      // The mount was made without these; with them the folder alone does not tell what changed.
      throw layerError(`overlayfs attribute ${name} cannot be put into a layer`, full);
    }
  }
  return { xattrs, isOpaque };
}
