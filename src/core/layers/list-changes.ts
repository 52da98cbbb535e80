import { lstatSync, type Stats } from 'node:fs';
import { isErrno } from '../host/system-error.ts';
import { getXattr } from '../host/xattrs.ts';
import { type HeldFolder, openChild } from './held-folder.ts';
import { namesIn } from './scan-layer.ts';
import type { ByteString } from './tar/byte-string.ts';

/** What a layer says of one path, compared with the tree below it. */
export interface LayerChange {
  readonly kind: 'added' | 'changed' | 'deleted';
  /** Without a leading slash. */
  readonly path: ByteString;
  /** Of the layer's own; undefined for what was deleted. */
  readonly stats: Stats | undefined;
  /** Of the tree below; undefined for what was added. */
  readonly before: Stats | undefined;
}

/**
 * What a layer in overlayfs form adds, changes and deletes of the tree below it, folders before what is in them. Files
 * that come and go meanwhile may be left out.
 */
export function* listChanges(
  layer: HeldFolder,
  below: HeldFolder | undefined,
  prefix: ByteString = '',
): Generator<LayerChange, void, undefined> {
  const names = namesIn(`/proc/self/fd/${layer.fd}`);
  for (const name of names) {
    const stats = look(layer, name);
    if (stats === undefined) continue;
    const before = below && look(below, name);
    const path = `${prefix}${name}`;
    if (stats.isCharacterDevice() && stats.rdev === 0) {
      yield { kind: 'deleted', path, stats: undefined, before };
      continue;
    }
    yield { kind: before === undefined ? 'added' : 'changed', path, stats, before };
    if (stats.isDirectory()) yield* inside(layer, below, name, before, `${path}/`);
  }
}

function* inside(
  layer: HeldFolder,
  below: HeldFolder | undefined,
  name: ByteString,
  before: Stats | undefined,
  prefix: ByteString,
): Generator<LayerChange, void, undefined> {
  using own = childOf(layer, name);
  if (own === undefined) return;
  using lower = below !== undefined && before?.isDirectory() ? childOf(below, name) : undefined;
  if (lower !== undefined && isOpaque(layer, name)) {
    const kept = new Set(namesIn(`/proc/self/fd/${own.fd}`));
    for (const gone of namesIn(`/proc/self/fd/${lower.fd}`)) {
      if (kept.has(gone)) continue;
      yield { kind: 'deleted', path: `${prefix}${gone}`, stats: undefined, before: look(lower, gone) };
    }
  }
  yield* listChanges(own, lower, prefix);
}

function isOpaque(folder: HeldFolder, name: ByteString): boolean {
  return ['trusted', 'user'].some((space) => {
    const value = getXattr(folder.path(name), `${space}.overlay.opaque`);
    return value !== undefined && Buffer.from(value).toString('latin1') === 'y';
  });
}

function look(folder: HeldFolder, name: ByteString): Stats | undefined {
  return lstatSync(folder.path(name), { throwIfNoEntry: false });
}

function childOf(folder: HeldFolder, name: ByteString): HeldFolder | undefined {
  try {
    return openChild(folder, name);
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) return undefined;
    throw error;
  }
}
