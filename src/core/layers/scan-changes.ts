import { type BigIntStats, lstatSync, readlinkSync } from 'node:fs';
import { getXattr } from '../host/xattrs.ts';
import {
  describeInLayer,
  type LinkNames,
  namesIn,
  type ScannedEntry,
  scanFolder,
  whiteout,
} from './scan-layer.ts';
import { type ByteString, byteString, pathOf } from './tar/byte-string.ts';

/**
 * What differs between two trees, as a layer has it: for machines without overlayfs, where every layer is kept with
 * all below it. A file is the same when type, owner, mode, size, time and capabilities are; a folder is told of when
 * it, or something in it, is not.
 */
export function* scanChanges(dir: string, baseDir: string): Generator<ScannedEntry, void, undefined> {
  yield* changesIn(byteString(dir), byteString(baseDir), '', new Map());
}

function* changesIn(
  dir: ByteString,
  base: ByteString,
  prefix: ByteString,
  links: LinkNames,
): Generator<ScannedEntry, void, undefined> {
  const names = new Set(namesIn(dir));
  for (const name of [...names, ...namesIn(base).filter((other) => !names.has(other))].sort()) {
    if (!names.has(name)) yield whiteout(prefix, name);
    else yield* changesOf(`${dir}/${name}`, `${base}/${name}`, `${prefix}${name}`, links);
  }
}

function* changesOf(
  full: ByteString,
  base: ByteString,
  name: ByteString,
  links: LinkNames,
): Generator<ScannedEntry, void, undefined> {
  const stat = lstatSync(pathOf(full), { bigint: true });
  const before = lstatSync(pathOf(base), { bigint: true, throwIfNoEntry: false });
  const isSame = before !== undefined && isEqual(full, stat, base, before);
  if (!stat.isDirectory()) {
    const found = isSame ? undefined : describeInLayer(full, name, stat, links);
    if (found !== undefined) yield found.scanned;
    return;
  }
  const inside = before?.isDirectory()
    ? changesIn(full, base, `${name}/`, links)
    : scanFolder(full, `${name}/`, links);
  const first = inside.next();
  if (isSame && first.done === true) return;
  const found = describeInLayer(full, name, stat, links);
  if (found !== undefined) yield found.scanned;
  if (first.done === true) return;
  yield first.value;
  yield* inside;
}

/** Times of folders say nothing: copying, and looking, change them. */
function isEqual(full: ByteString, stat: BigIntStats, base: ByteString, before: BigIntStats): boolean {
  if (stat.mode !== before.mode || stat.uid !== before.uid || stat.gid !== before.gid) return false;
  if (stat.isDirectory()) return true;
  if (stat.isSymbolicLink()) return targetOf(full) === targetOf(base);
  if (stat.rdev !== before.rdev) return false;
  if (!stat.isFile()) return true;
  if (stat.size !== before.size || stat.mtimeNs !== before.mtimeNs) return false;
  const capability = 'security.capability';
  const [now, then] = [full, base].map((path) => getXattr(pathOf(path), capability));
  return Buffer.compare(now ?? new Uint8Array(), then ?? new Uint8Array()) === 0;
}

function targetOf(link: ByteString): ByteString {
  return readlinkSync(pathOf(link), { encoding: 'latin1' });
}
