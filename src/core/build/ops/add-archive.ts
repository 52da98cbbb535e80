import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { wholeSeconds } from '../../host/file-times.ts';
import { removeTree } from '../../host/remove-tree.ts';
import { applyLayer } from '../../layers/apply-layer.ts';
import { LayeredTree } from '../tree/layered-tree.ts';
import type { Pacer } from '../tree/pacer.ts';
import { resolveInTree } from '../tree/resolve-in-tree.ts';
import { type Selection, selectEntries } from '../tree/selection.ts';
import type { TreeWriter } from '../tree/tree-writer.ts';
import { type ArchiveSource, openArchive } from './archive-source.ts';
import type { CopyPlan } from './copy-files.ts';

export interface ExtractOptions {
  readonly tree: LayeredTree;
  readonly writer: TreeWriter;
  /** A folder that does not exist yet, on the file system of the layers. */
  readonly scratchDir: string;
  /** Which sources may be archives. */
  readonly archives: ReadonlySet<Selection>;
  readonly pacer: Pacer;
  readonly signal: AbortSignal;
}

/**
 * Unpacks those sources of an ADD that are archives into its destination, which then is a folder, and gives back the
 * plan without them. What is in an archive replaces what is there, but folders, which are merged; it stays as the
 * archive has it: `--chown` and `--chmod` are for the folder it goes to (BuildKit, `unpack`).
 */
export async function extractArchives(plan: CopyPlan, options: ExtractOptions): Promise<CopyPlan> {
  const plain: Selection[] = [];
  for (const selection of plan.selections) {
    const [only] = selection.entries;
    const mayBe = only !== undefined && options.archives.has(selection);
    using archive = mayBe ? await openArchive(only) : undefined;
    if (archive === undefined) plain.push(selection);
    else await extract(archive, plan, options);
  }
  return { ...plan, selections: plain };
}

/** Unpacked beside the layer by the same guarded writer that unpacks images, then moved: links lead nowhere. */
async function extract(archive: ArchiveSource, plan: CopyPlan, options: ExtractOptions): Promise<void> {
  const { tree, writer, pacer, signal } = options;
  const scratch = join(options.scratchDir, 'archive');
  mkdirSync(scratch, { recursive: true, mode: 0o700 });
  try {
    await applyLayer(archive.bytes, scratch, { whiteouts: 'delete', signal });
    archive.assertUnchanged();
    const from = new LayeredTree(
      { kind: 'folder', folder: scratch, lower: [], upper: undefined, work: undefined },
      'archive',
    );
    const target = resolveInTree(tree, plan.destination);
    writer.ensureFolder(target, plan.owner ?? { uid: 0, gid: 0 }, wholeSeconds(plan.nowSeconds));
    const root = from.lookup('');
    const { entries } = root === undefined ? { entries: [] } : await selectEntries(from, root, '', [], pacer);
    for (const entry of entries.slice(1)) {
      const path = target === '' ? entry.relative : `${target}/${entry.relative}`;
      const { uid, gid, mode } = entry.stats;
      const owner = { uid, gid };
      const placement = { owner, mode: mode & 0o7777 };
      if (entry.stats.isDirectory()) {
        writer.copyFolder(path, entry, from, placement, { replace: true });
      } else {
        writer.moveEntry(path, entry, placement);
      }
      if (pacer.isDue) await pacer.rest();
    }
  } finally {
    await removeTree(scratch);
  }
}
