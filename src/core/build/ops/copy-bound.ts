import { chmodSync, chownSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { GantryError } from '../../../base/gantry-error.ts';
import { ContextTree } from '../context/context-tree.ts';
import type { BuildSession } from '../solver/build-session.ts';
import type { CacheSeed } from '../solver/cache-mounts.ts';
import type { KnownContents } from '../tree/known-contents.ts';
import { LayeredTree } from '../tree/layered-tree.ts';
import { sourceChanged } from '../tree/open-source.ts';
import type { Pacer } from '../tree/pacer.ts';
import type { Selection } from '../tree/selection.ts';
import { TreeWriter } from '../tree/tree-writer.ts';
import { copyFiles } from './copy-files.ts';

/** What a mount shows. */
export interface BoundFiles {
  readonly selection: Selection;
  /** Of their content. */
  readonly key: string;
}

export interface BoundSources {
  /** What the files held when the key was made. */
  readonly contents: KnownContents;
  readonly pacer: Pacer;
}

/** Whether files are somebody's: those of a context are root's, whoever has them on this machine. */
export function hasOwners({ tree }: Selection): boolean {
  return !(tree instanceof ContextTree);
}

/**
 * The files a step may see: a copy of what they held when its key was made, for others may write to a context while the
 * step runs. `place`: a folder to be made for a copy of the step's own; undefined: one that all steps of the build share
 * and none writes to.
 */
export async function boundFiles(
  session: BuildSession,
  { selection, key }: BoundFiles,
  place: string | undefined,
  sources: BoundSources,
): Promise<string> {
  const fill = async (dir: string): Promise<void> => {
    mkdirSync(dir, { recursive: true, mode: 0o755 });
    await copyInto(dir, 'source', selection, sources);
  };
  if (place !== undefined) await fill(place);
  const { description } = selection.tree;
  const path = selection.entries[0]?.path ?? '';
  const shared = async (): Promise<string> =>
    (await session.workspace()).shared(JSON.stringify([description, path, key]), fill);
  return join(place ?? (await shared()), 'source');
}

/** A cache that begins with a folder of an image, a stage or a context. Throws `invalid` / `not-a-folder`. */
export function cacheSeed({ selection, key }: BoundFiles, sources: BoundSources): CacheSeed {
  const [root] = selection.entries;
  if (root?.stats.isDirectory() !== true) {
    throw new GantryError({
      kind: 'invalid',
      code: 'not-a-folder',
      message: `a cache mount cannot begin with /${root?.path ?? ''}: it is no folder`,
    });
  }
  return { key, fill: (dir) => copyInto(dir, '', selection, sources) };
}

/** Copies a file or folder to `dir/name`; without a name it becomes the folder. */
async function copyInto(
  dir: string,
  name: string,
  selection: Selection,
  { contents, pacer }: BoundSources,
): Promise<void> {
  const tree = new LayeredTree(
    { kind: 'folder', folder: dir, lower: [], upper: undefined, work: undefined },
    'mount',
  );
  const writer = new TreeWriter(tree, dir, contents);
  const keepOwners = hasOwners(selection);
  const plan = {
    instruction: 'RUN --mount',
    selections: [selection],
    inline: [],
    destination: `/${name}`,
    owner: undefined,
    keepOwners,
    mode: undefined,
    followLinks: false,
    contents,
    nowSeconds: 0,
  };
  await copyFiles(plan, tree, writer, pacer);
  writer.finish();
  const [root] = selection.entries;
  if (root !== undefined && contents.hasDrifted) throw sourceChanged(root);
  if (root?.stats.isDirectory() !== true) return;
  const { mode, uid, gid } = root.stats;
  const folder = join(dir, name);
  if (keepOwners) chownSync(folder, uid, gid);
  // The root of a context is nobody's copy of a folder: BuildKit makes it anew.
  if (keepOwners || root.path !== '') chmodSync(folder, mode & 0o7777);
}
