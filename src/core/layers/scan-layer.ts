import { type BigIntStats, lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { fileTime } from '../host/file-times.ts';
import { deviceParts } from '../host/make-node.ts';
import { getXattr, listXattrs } from '../host/xattrs.ts';
import type { AwaitFolder } from './folder-gate.ts';
import { layerError } from './layer-error.ts';
import { baseOf } from './layer-path.ts';
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
export function* scanLayer(
  layerDir: string,
  watcher?: ScanWatcher,
): Generator<ScannedEntry, void, undefined> {
  watcher?.beforeFolder?.('');
  yield* scanFolder(byteString(layerDir), '', new Map(), watcher);
}

/** Follows a scan. */
export interface ScanWatcher {
  /** Asked before a folder is looked at, the root (empty) too. */
  readonly beforeFolder?: AwaitFolder | undefined;
  /** Told of all that is there, sockets and whiteouts too. */
  readonly saw: (stat: BigIntStats) => void;
}

/** First names of files with several, by device and inode: later ones become hard links to them. */
export type LinkNames = Map<string, ByteString>;

/** All below `dir`, whose path in the layer is `prefix`, empty or with a slash at its end. */
export function* scanFolder(
  dir: ByteString,
  prefix: ByteString,
  links: LinkNames,
  watcher?: ScanWatcher,
): Generator<ScannedEntry, void, undefined> {
  for (const name of namesIn(dir)) {
    const full = `${dir}/${name}`;
    let stat = lstatSync(pathOf(full), { bigint: true });
    if (watcher?.beforeFolder !== undefined && stat.isDirectory()) {
      watcher.beforeFolder(`${prefix}${name}`);
      stat = lstatSync(pathOf(full), { bigint: true });
    }
    watcher?.saw(stat);
    if (stat.isCharacterDevice() && stat.rdev === 0n) {
      yield whiteout(prefix, name);
      continue;
    }
    const found = describeInLayer(full, `${prefix}${name}`, stat, links);
    if (found === undefined) continue;
    yield found.scanned;
    if (found.scanned.entry.type !== 'directory') continue;
    const { path } = found.scanned.entry;
    if (found.isOpaque) yield { entry: { ...marker, path: `${path}${opaqueMarker}` }, source: undefined };
    yield* scanFolder(full, path, links, watcher);
  }
}

/** In byte order. */
export function namesIn(dir: ByteString): readonly ByteString[] {
  return readdirSync(pathOf(dir), { encoding: 'latin1' }).sort();
}

export function whiteout(prefix: ByteString, name: ByteString): ScannedEntry {
  return { entry: { ...marker, path: `${prefix}${whiteoutPrefix}${name}` }, source: undefined };
}

/** As {@link describe}, for a layer. Throws `bad-layer` for a name that would be taken for a whiteout. */
export function describeInLayer(
  full: ByteString,
  name: ByteString,
  stat: BigIntStats,
  links: LinkNames,
): Described | undefined {
  if (typeOf(stat) !== undefined && baseOf(name).startsWith(whiteoutPrefix)) {
    throw layerError('a file name begins like a whiteout, which no layer can hold', name);
  }
  return describe(full, name, stat, links);
}

export interface Described {
  readonly scanned: ScannedEntry;
  readonly isOpaque: boolean;
}

/** What an archive says of one file. Undefined for what none holds (sockets). */
export function describe(
  full: ByteString,
  name: ByteString,
  stat: BigIntStats,
  links: LinkNames,
): Described | undefined {
  const type = typeOf(stat);
  if (type === undefined) return undefined;
  const path = type === 'directory' ? `${name}/` : name;
  if (type !== 'directory' && stat.nlink > 1n) {
    const first = firstLink(stat, path, links);
    if (first !== undefined) {
      const link: TarEntry = { ...entryOf(stat, 'hardlink', path, none), linkPath: first };
      return { scanned: { entry: link, source: undefined }, isOpaque: false };
    }
  }
  const { xattrs, isOpaque } = type === 'file' || type === 'directory' ? attributesOf(full) : noAttributes;
  const linkPath = type === 'symlink' ? readlinkSync(pathOf(full), { encoding: 'latin1' }) : '';
  const entry: TarEntry = { ...entryOf(stat, type, path, xattrs), linkPath };
  return { scanned: { entry, source: type === 'file' ? full : undefined }, isOpaque };
}

function typeOf(stat: BigIntStats): TarEntryType | undefined {
  if (stat.isFile()) return 'file';
  if (stat.isDirectory()) return 'directory';
  if (stat.isSymbolicLink()) return 'symlink';
  if (stat.isCharacterDevice()) return 'character';
  if (stat.isBlockDevice()) return 'block';
  return stat.isFIFO() ? 'fifo' : undefined;
}

function entryOf(
  stat: BigIntStats,
  type: TarEntryType,
  path: ByteString,
  xattrs: ReadonlyMap<string, ByteString>,
): TarEntry {
  const isDevice = type === 'character' || type === 'block';
  const modified = fileTime(stat.mtimeNs);
  const device = isDevice ? deviceParts(stat.rdev) : { major: 0, minor: 0 };
  return {
    type,
    path,
    linkPath: '',
    mode: Number(stat.mode & 0o7777n),
    uid: Number(stat.uid),
    gid: Number(stat.gid),
    sizeBytes: type === 'file' ? Number(stat.size) : 0,
    mtimeSeconds: modified.seconds,
    mtimeNanoseconds: modified.nanoseconds,
    deviceMajor: device.major,
    deviceMinor: device.minor,
    xattrs,
  };
}

/** The name this file was met by before. */
function firstLink({ dev, ino }: BigIntStats, path: ByteString, links: LinkNames): ByteString | undefined {
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
  const names = listXattrs(path, 'latin1');
  if (names.length === 0) return noAttributes;
  const xattrs = new Map<string, ByteString>();
  let isOpaque = false;
  for (const name of names) {
    const value = Buffer.from(getXattr(path, pathOf(name)) ?? []).toString('latin1');
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
