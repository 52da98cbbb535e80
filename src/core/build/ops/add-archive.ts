import { wholeSeconds } from '../../host/file-times.ts';
import { decompress } from '../../layers/decompress.ts';
import { TarParser } from '../../layers/tar/tar-parser.ts';
import type { LayeredTree } from '../tree/layered-tree.ts';
import type { Pacer } from '../tree/pacer.ts';
import { resolveInTree } from '../tree/resolve-in-tree.ts';
import type { Selection } from '../tree/selection.ts';
import type { TreeWriter } from '../tree/tree-writer.ts';
import { type ArchiveSource, openArchive } from './archive-source.ts';
import { ArchiveWriter } from './archive-writer.ts';
import type { CopyPlan } from './copy-files.ts';

export interface ExtractOptions {
  readonly tree: LayeredTree;
  readonly writer: TreeWriter;
  /** Which sources may be archives. */
  readonly archives: ReadonlySet<Selection>;
  readonly pacer: Pacer;
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
    else await extract(archive, plan, only?.name ?? selection.name, options);
  }
  return { ...plan, selections: plain };
}

async function extract(
  archive: ArchiveSource,
  plan: CopyPlan,
  name: string,
  { tree, writer, pacer }: ExtractOptions,
): Promise<void> {
  const made = wholeSeconds(plan.nowSeconds);
  const folder = resolveInTree(tree, plan.destination);
  writer.ensureFolder(folder, plan.owner ?? { uid: 0, gid: 0 }, made);
  const unpacking = new ArchiveWriter({ tree, writer, folder, name, made });
  const parser = new TarParser();
  try {
    for await (const piece of decompress(archive.bytes)) {
      for (const event of parser.feed(piece)) {
        if (event.kind === 'data') unpacking.data(event.chunk, event.offset);
        else if (event.kind === 'end') unpacking.end();
        else await unpacking.begin(event.entry);
        if (pacer.isDue) await pacer.rest();
      }
    }
    parser.finish();
    archive.assertUnchanged();
  } finally {
    unpacking.abandon();
  }
}
