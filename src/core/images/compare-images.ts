import { closeSync, constants, openSync, readlinkSync, readSync } from 'node:fs';
import type { ImageDifference, ImageFileChange } from '../../engine/image-difference.ts';
import { chainIds } from '../../oci/sha256.ts';
import { getXattr } from '../host/xattrs.ts';
import { type ByteString, displayText, pathOf } from '../layers/tar/byte-string.ts';
import type { Snapshotter } from '../snapshots/snapshotter.ts';
import type { Image } from './image-store.ts';
import { type MergedFile, mergedTree } from './merged-tree.ts';

/**
 * What became of the files of one image in another. A file is the same when type, owner, mode, content and capabilities
 * are; times say nothing, since building again changes them. Files of layers both have are not read.
 */
export async function compareImages(
  snapshots: Snapshotter,
  before: Image,
  after: Image,
  {
    limit = Number.POSITIVE_INFINITY,
    signal,
  }: { readonly limit?: number; readonly signal?: AbortSignal | undefined },
): Promise<ImageDifference> {
  const then = await mergedTree(layerFolders(snapshots, before), signal);
  const now = await mergedTree(layerFolders(snapshots, after), signal);
  const totals = { added: 0, changed: 0, deleted: 0 };
  const files: ImageFileChange[] = [];
  let grownBytes = 0;
  for (const path of [...new Set([...then.keys(), ...now.keys()])].sort()) {
    const [old, young] = [then.get(path), now.get(path)];
    signal?.throwIfAborted();
    if (old !== undefined && young !== undefined && isSame(old, young)) continue;
    const change = changeOf(path, old, young);
    totals[change.kind] += 1;
    grownBytes += change.afterBytes - change.beforeBytes;
    if (files.length < limit) files.push(change);
  }
  return { files, totals, grownBytes, sharedLayers: sharedLayers(before, after) };
}

function layerFolders(snapshots: Snapshotter, image: Image): readonly string[] {
  const top = chainIds(image.diffIds).at(-1);
  if (top === undefined) return [];
  const plan = snapshots.mountPlan(top);
  return plan.folder === undefined ? plan.lower : [plan.folder];
}

function sharedLayers(before: Image, after: Image): number {
  const differs = before.diffIds.findIndex((diffId, at) => diffId !== after.diffIds[at]);
  return differs === -1 ? before.diffIds.length : differs;
}

function changeOf(
  path: ByteString,
  old: MergedFile | undefined,
  young: MergedFile | undefined,
): ImageFileChange {
  return {
    kind: old === undefined ? 'added' : young === undefined ? 'deleted' : 'changed',
    path: `/${displayText(path)}`,
    type: typeOf((young ?? (old as MergedFile)).stat),
    beforeBytes: bytesOf(old),
    afterBytes: bytesOf(young),
  };
}

function typeOf(stat: MergedFile['stat']): ImageFileChange['type'] {
  if (stat.isFile()) return 'file';
  if (stat.isDirectory()) return 'directory';
  return stat.isSymbolicLink() ? 'symlink' : 'other';
}

function bytesOf(file: MergedFile | undefined): number {
  return file?.stat.isFile() ? Number(file.stat.size) : 0;
}

function isSame(old: MergedFile, young: MergedFile): boolean {
  const [a, b] = [old.stat, young.stat];
  if (a.dev === b.dev && a.ino === b.ino) return true;
  if (a.mode !== b.mode || a.uid !== b.uid || a.gid !== b.gid || a.rdev !== b.rdev) return false;
  if (a.isSymbolicLink()) return targetOf(old).equals(targetOf(young));
  if (!a.isFile()) return true;
  return a.size === b.size && capabilities(old).equals(capabilities(young)) && hasSameContent(old, young);
}

function targetOf({ full }: MergedFile): Buffer {
  return readlinkSync(pathOf(full), { encoding: 'buffer' });
}

function capabilities({ full }: MergedFile): Buffer {
  return Buffer.from(getXattr(pathOf(full), 'security.capability') ?? []);
}

const pieceBytes = 256 * 1024;

function hasSameContent(old: MergedFile, young: MergedFile): boolean {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const fds = [old, young].map(({ full }) => openSync(pathOf(full), flags));
  const pieces = fds.map(() => Buffer.allocUnsafe(pieceBytes));
  try {
    for (;;) {
      const read = fds.map((fd, at) => pieces[at]?.subarray(0, readSync(fd, pieces[at] as Buffer)));
      if (!read[0]?.equals(read[1] as Buffer)) return false;
      if (read[0].length === 0) return true;
    }
  } finally {
    for (const fd of fds) closeSync(fd);
  }
}
