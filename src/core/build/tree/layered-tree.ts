import { lstatSync, type Stats } from 'node:fs';
import { folderNames } from '../../host/folder-names.ts';
import { pathBytes } from '../../host/path-text.ts';
import { getXattr } from '../../host/xattrs.ts';
import type { MountPlan } from '../../snapshots/snapshotter.ts';
import type { FileTree, TreeEntry } from './file-tree.ts';
import { keptAttributes } from './kept-attributes.ts';
import { KeptStats } from './kept-stats.ts';
import { ListedEntry } from './listed-entry.ts';

/** A folder as its layers make it: those that contribute, top first. */
type FolderStack = readonly string[];

/**
 * The file system of a stage, read straight from its layers as overlayfs would show them (kernel
 * Documentation/filesystems/overlayfs.rst: whiteouts, opaque folders), without a mount: nothing to leak, and links in
 * an image lead nowhere on the host because none is ever followed by the kernel. Only one writer may be at work, and
 * it is us: see `TreeWriter`.
 */
export class LayeredTree implements FileTree {
  readonly description: string;
  readonly missingPrefix = '';
  readonly #root: FolderStack;
  readonly #stacks = new Map<string, FolderStack>();

  constructor(plan: MountPlan, description: string) {
    this.description = description;
    this.#root =
      plan.kind === 'folder'
        ? [plan.folder ?? plan.upper ?? (plan.lower[0] as string)]
        : [...(plan.upper === undefined ? [] : [plan.upper]), ...plan.lower];
  }

  lookup(path: string): TreeEntry | undefined {
    if (path === '') {
      const hostPath = this.#root[0] as string;
      return { path, name: '', hostPath, stats: lstatSync(pathBytes(hostPath)) };
    }
    const slash = path.lastIndexOf('/');
    const folder = slash < 0 ? '' : path.slice(0, slash);
    return this.#find(this.#stack(folder), folder, path.slice(slash + 1));
  }

  list(path: string): readonly TreeEntry[] {
    const stack = this.#stack(path);
    const names = new Set(stack.flatMap((folder) => folderNames(folder)));
    const entries: TreeEntry[] = [];
    for (const name of [...names].sort()) {
      const entry = this.#find(stack, path, name);
      if (entry !== undefined) entries.push(entry);
    }
    return entries;
  }

  attributes(entry: TreeEntry): ReadonlyMap<string, Uint8Array> {
    return keptAttributes(entry.hostPath);
  }

  whyMissing(): undefined {
    return undefined;
  }

  /** To be called for a folder that was made in the upper layer, or appeared there. */
  forget(path: string): void {
    this.#stacks.delete(path);
  }

  /** The same for all below it too. */
  forgetBelow(path: string): void {
    for (const known of this.#stacks.keys()) {
      if (known === path || known.startsWith(`${path}/`)) this.#stacks.delete(known);
    }
  }

  /** Whether a layer below the upper one has a folder there. */
  hasFolderBelow(path: string): boolean {
    const slash = path.lastIndexOf('/');
    const [, ...lower] = this.#stack(slash < 0 ? '' : path.slice(0, slash));
    return stackOf(lower, path.slice(slash + 1)).length > 0;
  }

  /** Folders of all layers that make up this one; none when it is not a folder. */
  #stack(path: string): FolderStack {
    if (path === '') return this.#root;
    const known = this.#stacks.get(path);
    if (known !== undefined) return known;
    const slash = path.lastIndexOf('/');
    const parent = this.#stack(slash < 0 ? '' : path.slice(0, slash));
    const stack = stackOf(parent, path.slice(slash + 1));
    // What is missing now may be made soon; nobody would tell us of the folders below it.
    if (stack.length > 0) this.#stacks.set(path, stack);
    return stack;
  }

  #find(stack: FolderStack, path: string, name: string): TreeEntry | undefined {
    for (const folder of stack) {
      const stats = lstatSync(pathBytes(`${folder}/${name}`), { throwIfNoEntry: false });
      if (stats === undefined) continue;
      return isWhiteout(stats) ? undefined : new ListedEntry(path, folder, name, new KeptStats(stats));
    }
    return undefined;
  }
}

/** A whiteout in an overlay's layer: a character device 0:0. */
export function isWhiteout(stats: Stats): boolean {
  return stats.isCharacterDevice() && stats.rdev === 0;
}

function stackOf(parent: FolderStack, name: string): FolderStack {
  const stack: string[] = [];
  for (const [index, folder] of parent.entries()) {
    const hostPath = `${folder}/${name}`;
    const stats = lstatSync(pathBytes(hostPath), { throwIfNoEntry: false });
    if (stats === undefined) continue;
    // A whiteout, a file or a link here hides whatever lower layers have of that name.
    if (!stats.isDirectory()) break;
    stack.push(hostPath);
    if (index < parent.length - 1 && isOpaque(hostPath)) break;
  }
  return stack;
}

function isOpaque(hostPath: string): boolean {
  const path = pathBytes(hostPath);
  const value = getXattr(path, 'trusted.overlay.opaque') ?? getXattr(path, 'user.overlay.opaque');
  return value !== undefined && Buffer.from(value).toString() === 'y';
}
