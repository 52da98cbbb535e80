import { IgnoreMatcher, type IgnoreState } from '../context/ignore-matcher.ts';
import type { IgnorePattern } from '../context/ignore-patterns.ts';
import type { EntryStats, FileTree, TreeEntry } from './file-tree.ts';
import type { Pacer } from './pacer.ts';

/** One source of a COPY: a file, or a folder with all that is to be copied of it. */
export interface Selection {
  readonly tree: FileTree;
  /** The name it is copied under when the destination is a folder. */
  readonly name: string;
  /** The source itself first, folders before what they hold, each folder's entries in order of their names. */
  readonly entries: readonly SelectedEntry[];
}

export interface SelectedEntry extends TreeEntry {
  /** Below the source; empty for itself. */
  readonly relative: string;
}

/**
 * Gathers `root` and all below it. `exclude` patterns are relative to a folder that is copied, or to the name of a
 * file that is.
 */
export async function selectEntries(
  tree: FileTree,
  root: TreeEntry,
  name: string,
  exclude: readonly IgnorePattern[],
  pacer: Pacer,
): Promise<Selection> {
  const matcher = new IgnoreMatcher(exclude);
  if (!root.stats.isDirectory()) {
    const excluded = !matcher.isEmpty && matcher.stateOf(name).ignored;
    return { tree, name, entries: excluded ? [] : [new EntryBelow(root, root.path)] };
  }
  const entries: SelectedEntry[] = [new EntryBelow(root, root.path)];
  const waiting: { readonly path: string; readonly relative: string; readonly state: IgnoreState }[] = [
    { path: root.path, relative: '', state: matcher.root },
  ];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    const below: typeof waiting = [];
    for (const entry of tree.list(folder.path)) {
      const relative = folder.relative === '' ? entry.name : `${folder.relative}/${entry.name}`;
      const state = matcher.isEmpty ? folder.state : matcher.descend(folder.state, relative);
      if (state.ignored && !matcher.mayReinclude(relative)) continue;
      const isFolder = entry.stats.isDirectory();
      if (!state.ignored || isFolder) entries.push(new EntryBelow(entry, root.path));
      if (isFolder) below.push({ path: entry.path, relative, state });
    }
    waiting.push(...below.reverse());
    if (pacer.isDue) await pacer.rest();
  }
  return { tree, name, entries: matcher.isEmpty ? entries : withoutHollow(entries, matcher) };
}

/** An entry as seen from the source it belongs to. */
class EntryBelow implements SelectedEntry {
  readonly #entry: TreeEntry;
  readonly #source: string;

  constructor(entry: TreeEntry, source: string) {
    this.#entry = entry;
    this.#source = source;
  }

  get path(): string {
    return this.#entry.path;
  }

  get name(): string {
    return this.#entry.name;
  }

  get hostPath(): string {
    return this.#entry.hostPath;
  }

  get stats(): EntryStats {
    return this.#entry.stats;
  }

  get isExposed(): boolean {
    return this.#entry.isExposed === true;
  }

  get relative(): string {
    const { path } = this.#entry;
    return this.#source === '' ? path : path.slice(this.#source.length + 1);
  }
}

/** Drops folders that were only looked into for the sake of a `!` pattern and in vain. */
function withoutHollow(entries: readonly SelectedEntry[], matcher: IgnoreMatcher): readonly SelectedEntry[] {
  const needed = new Set<string>();
  return entries
    .toReversed()
    .filter(({ relative, stats }) => {
      const stays =
        relative === '' || needed.has(relative) || !stats.isDirectory() || !matcher.stateOf(relative).ignored;
      if (stays) needed.add(relative.slice(0, Math.max(0, relative.lastIndexOf('/'))));
      return stays;
    })
    .toReversed();
}
