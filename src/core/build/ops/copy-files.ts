import { writeFileSync } from 'node:fs';
import { GantryError } from '../../../base/gantry-error.ts';
import { type FileTime, wholeSeconds } from '../../host/file-times.ts';
import { pathBytes } from '../../host/path-text.ts';
import { partsInRoot } from '../glob/clean-path.ts';
import { copyError } from '../tree/copy-error.ts';
import type { TreeEntry } from '../tree/file-tree.ts';
import type { KnownContents } from '../tree/known-contents.ts';
import type { LayeredTree } from '../tree/layered-tree.ts';
import { lookAgain } from '../tree/open-source.ts';
import type { Pacer } from '../tree/pacer.ts';
import { resolveInTree } from '../tree/resolve-in-tree.ts';
import type { Selection } from '../tree/selection.ts';
import type { Owner, Placement, TreeWriter } from '../tree/tree-writer.ts';
import { copyFolder } from './copy-folder.ts';
import type { ModeChange } from './file-mode.ts';

export interface InlineFile {
  readonly name: string;
  readonly data: string;
}

export interface CopyPlan {
  /** `COPY` or `ADD`, for messages. */
  readonly instruction: string;
  readonly selections: readonly Selection[];
  readonly inline: readonly InlineFile[];
  /** Absolute; a slash (or `/.`) at the end says that it is a folder. */
  readonly destination: string;
  /** Undefined: the source's own when `keepOwners`, else 0:0. */
  readonly owner: Owner | undefined;
  readonly keepOwners: boolean;
  readonly mode: ModeChange | undefined;
  /** False: links in the destination are replaced, not followed (`--link`). */
  readonly followLinks: boolean;
  /** What the sources were when the key of the step was made; undefined: they do not change. */
  readonly contents?: KnownContents;
  /** For what has no time of its own. */
  readonly nowSeconds: number;
  /** Told how many bytes of files were copied, now and then. */
  readonly wrote?: ((bytes: number) => void) | undefined;
  /** Told of folders of the layer into which nothing more is put: see `LayerTarget`. */
  readonly folderDone?: ((path: string) => void) | undefined;
  /** Told now and then how many entries are done. */
  readonly onProgress?: (done: number) => void;
}

const root: Owner = { uid: 0, gid: 0 };

/**
 * Copies with Docker's rules for destinations (Dockerfile reference, "COPY"): a folder's contents go, not the folder;
 * a file goes into a destination that is a folder, else becomes it; missing parents are made.
 */
export async function copyFiles(
  plan: CopyPlan,
  tree: LayeredTree,
  writer: TreeWriter,
  pacer: Pacer,
): Promise<void> {
  checkDestination(plan);
  const resolve = (path: string): string =>
    plan.followLinks ? resolveInTree(tree, path) : partsInRoot(path).join('/');
  const made = newestTime(plan);
  const owner = plan.owner ?? root;
  const target = resolve(plan.destination);
  if (plan.selections.length + plan.inline.length === 0) return;
  const ensure = (path: string): void => {
    if (plan.followLinks) writer.ensureFolder(path, owner, made);
    else freshFolders(writer, path, owner, made);
  };
  if (meansFolder(plan.destination)) ensure(target);
  let done = 0;
  for (const { tree: from, name, entries } of plan.selections) {
    const [first, ...below] = entries;
    if (first === undefined) continue;
    writer.beginSource();
    try {
      if (!first.stats.isDirectory()) {
        const path = resolve(fileTarget(tree, target, name));
        ensure(parentOf(path));
        await writer.copyEntry(path, first, from, placementOf(plan, first));
        continue;
      }
      ensure(target);
      const isWhole = plan.selections.length + plan.inline.length === 1;
      await copyFolder(below, {
        from,
        target,
        writer,
        placementOf: (entry) => placementOf(plan, entry),
        contents: plan.contents,
        folderDone: isWhole ? plan.folderDone : undefined,
        onEntry({ stats }) {
          done += 1;
          plan.wrote?.(stats.size);
          if (pacer.isDue) plan.onProgress?.(done);
        },
        pacer,
      });
    } catch (error) {
      throw copyError(error, first);
    }
  }
  for (const { name, data } of plan.inline) {
    const path = resolve(fileTarget(tree, target, name));
    ensure(parentOf(path));
    writeFileSync(pathBytes(writer.newFile(path)), data, { flag: 'wx' });
    const mode = plan.mode?.(0o644, false) ?? 0o644;
    writer.dressFile(path, { owner, mode }, wholeSeconds(plan.nowSeconds));
  }
}

/** A folder and its parents as they would be on nothing: in the place of links, and what is there gets the usual mode. */
function freshFolders(writer: TreeWriter, path: string, owner: Owner, modified: FileTime): void {
  if (path === '') return;
  freshFolders(writer, parentOf(path), owner, modified);
  if (writer.isReady(path)) return;
  writer.replaceByFolder(path, owner, modified);
  writer.dressFile(path, { owner, mode: 0o755 }, modified);
}

/** Whether the destination is written as a folder. */
export function meansFolder(destination: string): boolean {
  return /(?:^|\/)\.{0,2}$/.test(destination);
}

function checkDestination({ instruction, selections, inline, destination }: CopyPlan): void {
  if (selections.length + inline.length <= 1 || meansFolder(destination)) return;
  throw new GantryError({
    kind: 'invalid',
    code: 'destination-not-folder',
    message: `When using ${instruction} with more than one source file, the destination must be a directory and end with a /`,
    details: { destination },
  });
}

function fileTarget(tree: LayeredTree, target: string, name: string): string {
  const isFolder = tree.lookup(target)?.stats.isDirectory() === true;
  if (!isFolder) return target;
  return target === '' ? name : `${target}/${name}`;
}

function placementOf(plan: CopyPlan, { stats }: TreeEntry): Placement {
  const own: Owner = plan.keepOwners ? { uid: stats.uid, gid: stats.gid } : root;
  const mode = stats.mode & 0o7777;
  return {
    owner: plan.owner ?? own,
    mode: plan.mode?.(mode, stats.isDirectory()) ?? mode,
  };
}

/** Folders made for the copied files are as old as the newest of them: the same sources make the same layer. */
function newestTime(plan: CopyPlan): FileTime {
  let newest: TreeEntry | undefined;
  for (const { entries } of plan.selections) {
    for (const entry of entries) {
      if (entry.stats.isDirectory() && entries.length > 1) continue;
      if (newest === undefined || entry.stats.mtimeMs > newest.stats.mtimeMs) newest = entry;
    }
  }
  if (newest === undefined) return wholeSeconds(plan.nowSeconds);
  return lookAgain(newest)?.modified ?? wholeSeconds(newest.stats.mtimeMs / 1000);
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
