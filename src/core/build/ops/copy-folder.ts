import { copyError } from '../tree/copy-error.ts';
import type { FileTree, TreeEntry } from '../tree/file-tree.ts';
import type { KnownContents } from '../tree/known-contents.ts';
import { isSourceGone } from '../tree/open-source.ts';
import type { Pacer } from '../tree/pacer.ts';
import type { SelectedEntry } from '../tree/selection.ts';
import { type SmallFiles, smallFiles } from '../tree/small-files.ts';
import type { Placement, TreeWriter } from '../tree/tree-writer.ts';
import { folderFinisher } from './finish-folders.ts';

export interface FolderCopy {
  readonly from: FileTree;
  /** Path of the folder it goes into, which is there; resolved. */
  readonly target: string;
  readonly writer: TreeWriter;
  readonly placementOf: (entry: TreeEntry) => Placement;
  readonly contents: KnownContents | undefined;
  /** Told of folders into which nothing more is put; undefined where others go on. */
  readonly folderDone: ((path: string) => void) | undefined;
  /** Told of each entry. */
  readonly onEntry: (entry: TreeEntry) => void;
  readonly pacer: Pacer;
}

/** Fewer are done before threads have started. */
const worthwhileEntries = 1000;

/** Copies what is in a folder: all entries of a selection but the first. */
export async function copyFolder(below: readonly SelectedEntry[], copy: FolderCopy): Promise<void> {
  const { from, target, writer, placementOf, contents, folderDone, pacer } = copy;
  const pathOf = ({ relative }: SelectedEntry): string =>
    target === '' ? relative : `${target}/${relative}`;
  const copyOne = (entry: SelectedEntry): Promise<void> =>
    unlessGone(contents, entry, () => {
      const placement = placementOf(entry);
      return entry.stats.isDirectory()
        ? writer.copyFolder(pathOf(entry), entry, from, placement)
        : writer.copyEntry(pathOf(entry), entry, from, placement);
    });
  await using helpers = below.length < worthwhileEntries ? undefined : smallFiles(copyOne);
  const finisher =
    folderDone &&
    folderFinisher(below, target, (paths) =>
      after(helpers, () => {
        for (const path of paths) {
          writer.finishFolder(path);
          folderDone(path);
        }
      }),
    );
  for (const entry of below) {
    finisher?.before(entry);
    const path = pathOf(entry);
    if (helpers !== undefined && contents?.isGone(entry) !== true && writer.isSimple(path, entry, from)) {
      helpers.add(entry, writer.hostPath(path), placementOf(entry));
      await helpers.room();
    } else {
      await copyOne(entry);
    }
    copy.onEntry(entry);
    if (pacer.isDue) await pacer.rest();
  }
  finisher?.end();
  await helpers?.finish();
}

function after(helpers: SmallFiles | undefined, work: () => void): void {
  if (helpers === undefined) work();
  else helpers.afterThese(work);
}

/** What has gone since it was listed was never there; its layer then needs another key. */
async function unlessGone(
  contents: KnownContents | undefined,
  entry: SelectedEntry,
  copy: () => Promise<void> | void,
): Promise<void> {
  if (contents?.isGone(entry) === true) return;
  try {
    await copy();
  } catch (error) {
    if (!isSourceGone(error) || contents?.noteGone(entry) !== true) throw copyError(error, entry);
    contents.noteDrift();
  }
}
