import { lstatSync, openSync, type Stats } from 'node:fs';
import type { FileChange } from '../../engine/container-files.ts';
import { layerFolder } from '../images/layer-folder.ts';
import { folderFlags, type HeldFolder, heldFolder } from '../layers/held-folder.ts';
import { type LayerChange, listChanges } from '../layers/list-changes.ts';
import { scanChanges } from '../layers/scan-changes.ts';
import { type ByteString, byteString, displayText, pathOf } from '../layers/tar/byte-string.ts';
import { whiteoutPrefix } from '../layers/whiteout.ts';
import type { MountPlan } from '../snapshots/snapshotter.ts';
import { type ContainerContext, snapshotKey } from './container-context.ts';
import { privateView } from './container-root.ts';
import { findContainer } from './find-container.ts';

/** The port's `diff`, each folder followed by what is in it. */
export async function diffContainer(
  context: ContainerContext,
  idOrName: string,
): Promise<readonly FileChange[]> {
  const { id } = findContainer(context, idOrName);
  const { changes } = await containerChanges(context, id);
  return changes
    .map(({ kind, path }) => ({ kind, path: `/${displayText(path)}` }))
    .toSorted((a, b) => (treeOrder(a.path) < treeOrder(b.path) ? -1 : 1));
}

/** As text that sorts `/a/b` before `/a-b`: a name ends before any character. */
function treeOrder(path: string): string {
  return path.replaceAll('/', '\0');
}

export interface ContainerChanges {
  readonly changes: readonly Pick<LayerChange, 'kind' | 'path'>[];
  /** What the runtime made to mount upon and nobody wrote to: part of no layer. Folders before what is in them. */
  readonly stubs: readonly ByteString[];
}

/** What a container's own layer says, without what is there only because something was mounted upon it. */
export async function containerChanges(context: ContainerContext, id: string): Promise<ContainerChanges> {
  const snapshots = await context.snapshots();
  const key = snapshotKey(id);
  if (snapshots.name === 'copy') {
    const { layerDir, baseDir } = layerFolder(snapshots, key);
    if (baseDir === undefined) return { changes: [], stubs: [] };
    const { changes, stubs } = withoutStubs(copyChanges(layerDir, baseDir));
    // A folder that has stubs in it is the one below as well here, with all that is in that.
    return { changes, stubs: stubs.filter((path) => statsIn(baseDir, path) === undefined) };
  }
  const plan = snapshots.mountPlan(key);
  using layer = heldFolder(openSync(snapshots.layerDir(key), folderFlags));
  using below = viewBelow(context, plan);
  return withoutStubs([...listChanges(layer, below)]);
}

/** The tree without the container's own layer; undefined: it stands upon nothing. */
function viewBelow(context: ContainerContext, plan: MountPlan): HeldFolder | undefined {
  if (plan.lower.length === 0) return undefined;
  const view = privateView(context, { ...plan, upper: undefined, work: undefined });
  const folder = heldFolder(openSync(`/proc/self/fd/${view.fd}`, folderFlags));
  return {
    ...folder,
    [Symbol.dispose]() {
      folder[Symbol.dispose]();
      view[Symbol.dispose]();
    },
  };
}

function copyChanges(dir: string, baseDir: string): readonly LayerChange[] {
  return [...scanChanges(dir, baseDir)].map(({ entry }): LayerChange => {
    const path = entry.path.replace(/\/$/, '');
    const slash = path.lastIndexOf('/') + 1;
    if (path.slice(slash).startsWith(whiteoutPrefix)) {
      const gone = path.slice(0, slash) + path.slice(slash + whiteoutPrefix.length);
      return { kind: 'deleted', path: gone, stats: undefined, before: statsIn(baseDir, gone) };
    }
    const before = statsIn(baseDir, path);
    return { kind: before === undefined ? 'added' : 'changed', path, stats: statsIn(dir, path), before };
  });
}

function statsIn(dir: string, path: ByteString): Stats | undefined {
  return lstatSync(pathOf(`${byteString(dir)}/${path}`), { throwIfNoEntry: false });
}

/** Where every container has something mounted. */
const stubPaths: ReadonlySet<string> = new Set([
  'dev',
  'dev/console',
  'dev/mqueue',
  'dev/pts',
  'dev/shm',
  'etc/hostname',
  'etc/hosts',
  'etc/resolv.conf',
  'proc',
  'sbin/gantry-init',
  'sys',
]);

/** A stub is new and empty. A folder with nothing but stubs in it is left out too, unless it says something new. */
function withoutStubs(all: readonly LayerChange[]): ContainerChanges {
  const stubs: ByteString[] = [];
  const changes: LayerChange[] = [];
  const visibleBelow = new Set<ByteString>();
  for (const change of all.toReversed()) {
    const { path, stats } = change;
    const isFolder = stats?.isDirectory() === true;
    const isEmpty = isFolder ? !visibleBelow.has(path) : stats?.isFile() === true && stats.size === 0;
    if (isEmpty && isStub(change, all)) {
      stubs.push(path);
      continue;
    }
    const slash = path.lastIndexOf('/');
    if (slash > 0) visibleBelow.add(path.slice(0, slash));
    changes.push(change);
  }
  return { changes: changes.toReversed(), stubs: stubs.toReversed() };
}

function isStub(change: LayerChange, all: readonly LayerChange[]): boolean {
  const { kind, path } = change;
  if (stubPaths.has(path)) return kind === 'added';
  const isOnlyForThem = all.some((other) => stubPaths.has(other.path) && other.path.startsWith(`${path}/`));
  return isOnlyForThem && (kind === 'added' || isCopyOnly(change));
}

/** Brought up by overlayfs because something was made in it. */
function isCopyOnly({ stats, before }: LayerChange): boolean {
  return stats?.mode === before?.mode && stats?.uid === before?.uid && stats?.gid === before?.gid;
}
