import { constants, fstatSync, lstatSync } from 'node:fs';
import { folderNames } from '../../host/folder-names.ts';
import { pathBytes } from '../../host/path-text.ts';
import { isErrno } from '../../host/system-error.ts';
import { folderFlags, placeFlag } from '../../layers/held-folder.ts';
import type { FileTree, TreeEntry } from '../tree/file-tree.ts';
import { keptAttributes } from '../tree/kept-attributes.ts';
import { KeptStats } from '../tree/kept-stats.ts';
import { ExposedEntry } from '../tree/listed-entry.ts';
import { type EntryPlace, placeItself, withEntry } from '../tree/open-entry.ts';
import { sourceChanged, sourceGone } from '../tree/open-source.ts';
import type { IgnoreMatcher, IgnoreState } from './ignore-matcher.ts';

/**
 * A folder of the host as a build sees it: without what its .dockerignore names. Ignored folders are not looked into
 * unless a `!` pattern may bring something below them back.
 */
export class ContextTree implements FileTree {
  readonly description = 'build context';
  readonly missingPrefix = 'file not found in build context or excluded by .dockerignore: ';
  readonly #root: string;
  readonly #matcher: IgnoreMatcher;
  readonly #ignoreFileName: string;
  /** Of folders. */
  readonly #states = new Map<string, IgnoreState>();

  /** `root` has no symbolic links in it. `ignoreFileName` is for hints. */
  constructor(root: string, matcher: IgnoreMatcher, ignoreFileName = '.dockerignore') {
    this.#root = root;
    this.#ignoreFileName = ignoreFileName;
    this.#matcher = matcher;
    this.#states.set('', matcher.root);
  }

  lookup(path: string): TreeEntry | undefined {
    const place = { path, hostPath: this.#hostPath(path), isExposed: true };
    const stats = unlessGone(place, undefined, () => withEntry(place, placeItself, (fd) => fstatSync(fd)));
    if (stats === undefined) return undefined;
    const name = path.slice(path.lastIndexOf('/') + 1);
    const entry = { ...place, name, stats: new KeptStats(stats) };
    return this.#isThere(entry, this.#state(path)) ? entry : undefined;
  }

  list(path: string): readonly TreeEntry[] {
    const dir = this.#hostPath(path);
    const parent = this.#state(path);
    const entries: TreeEntry[] = [];
    for (const name of readNames({ path, hostPath: dir, isExposed: true })) {
      const entryPath = path === '' ? name : `${path}/${name}`;
      const state = this.#matcher.isEmpty ? parent : this.#matcher.descend(parent, entryPath);
      if (state.ignored && !this.#matcher.mayReinclude(entryPath)) continue;
      const stats = lstatSync(pathBytes(`${dir}/${name}`), { throwIfNoEntry: false });
      if (stats === undefined) continue;
      const entry = new ExposedEntry(path, dir, name, new KeptStats(stats));
      if (!this.#matcher.isEmpty && stats.isDirectory()) this.#states.set(entryPath, state);
      if (this.#isThere(entry, state)) entries.push(entry);
    }
    return entries;
  }

  attributes(entry: TreeEntry): ReadonlyMap<string, Uint8Array> {
    try {
      const attributes = keptAttributes(entry.hostPath);
      return attributes.size === 0 ? attributes : attributesBeneath(entry);
    } catch (error) {
      if (isErrno(error, 'ENOENT', 'ENOTDIR')) throw sourceGone(entry);
      throw isErrno(error, 'ELOOP') ? sourceChanged(entry) : error;
    }
  }

  /** Whether the ignore file keeps `path`, which need not exist, out. */
  isIgnored(path: string): boolean {
    return this.#matcher.stateOf(path).ignored;
  }

  whyMissing(path: string): string | undefined {
    if (path === '' || lstatSync(pathBytes(this.#hostPath(path)), { throwIfNoEntry: false }) === undefined)
      return undefined;
    const { ignored, decidedBy } = this.#matcher.stateOf(path);
    if (!ignored || decidedBy === undefined) return undefined;
    return `line ${decidedBy.line} of ${this.#ignoreFileName} keeps it out: ${decidedBy.negated ? '!' : ''}${decidedBy.text}`;
  }

  #hostPath(path: string): string {
    return path === '' ? this.#root : `${this.#root}/${path}`;
  }

  #state(path: string): IgnoreState {
    if (this.#matcher.isEmpty) return this.#matcher.root;
    return this.#states.get(path) ?? this.#matcher.stateOf(path);
  }

  /** An ignored folder is there all the same when anything in it is. */
  #isThere(entry: TreeEntry, state: IgnoreState): boolean {
    if (!state.ignored) return true;
    if (!entry.stats.isDirectory() || !this.#matcher.mayReinclude(entry.path)) return false;
    return this.list(entry.path).length > 0;
  }
}

/** None when it is no folder, or none any more. */
function readNames(folder: Place): readonly string[] {
  return unlessGone(folder, [], () =>
    withEntry(folder, folderFlags, (fd) => folderNames(`/proc/self/fd/${fd}`).sort()),
  );
}

/** Few files have any: only then is it worth to make sure that they are those of this very file. */
function attributesBeneath({ hostPath }: TreeEntry): ReadonlyMap<string, Uint8Array> {
  const slash = hostPath.lastIndexOf('/');
  const folder = { hostPath: hostPath.slice(0, slash) || '/', isExposed: true };
  const flags = placeFlag | constants.O_DIRECTORY;
  return withEntry(folder, flags, (fd) => keptAttributes(`/proc/self/fd/${fd}${hostPath.slice(slash)}`));
}

type Place = EntryPlace & Pick<TreeEntry, 'path'>;

function unlessGone<Result>(place: Place, otherwise: Result, look: () => Result): Result {
  try {
    return look();
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return otherwise;
    throw isErrno(error, 'ELOOP') ? sourceChanged(place) : error;
  }
}
