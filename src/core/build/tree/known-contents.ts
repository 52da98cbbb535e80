import { isErrno } from '../../host/system-error.ts';
import { type FileContent, fileDigest } from './file-digest.ts';
import type { FileTree, TreeEntry } from './file-tree.ts';
import { entryLink } from './open-entry.ts';
import { sourceChanged, sourceGone } from './open-source.ts';
import type { SelectedEntry } from './selection.ts';

type Attributes = ReadonlyMap<string, Uint8Array>;
const none: Attributes = new Map();

/**
 * What the files of a step were when its key was made. Its layer must hold the same, whoever writes to them between
 * the two.
 */
export class KnownContents {
  readonly #contents = new Map<string, FileContent>();
  readonly #links = new Map<string, string>();
  /** Of those that have any. */
  readonly #attributes = new Map<string, Attributes>();
  /** Whose links and attributes were all seen. */
  readonly #seen = new Set<FileTree>();
  readonly #gone = new Set<string>();
  #recall: ((entry: TreeEntry) => FileContent | undefined) | undefined;
  #hasDrifted = false;

  /** What a file holds, and remembers it. */
  read(entry: TreeEntry): FileContent | Promise<FileContent> {
    const content = fileDigest(entry);
    if (!(content instanceof Promise)) return this.note(entry, content);
    return content.then((read) => this.note(entry, read));
  }

  /** As {@link read}, the digest alone. */
  readonly digest = (entry: TreeEntry): string | Promise<string> => {
    const content = this.read(entry);
    return content instanceof Promise ? content.then(({ digest }) => digest) : content.digest;
  };

  note(entry: TreeEntry, content: FileContent): FileContent {
    this.#contents.set(entry.hostPath, content);
    return content;
  }

  /** Asked for what was not read because it was known from another time. */
  recallFrom(recall: (entry: TreeEntry) => FileContent | undefined): void {
    this.#recall = recall;
  }

  get(entry: TreeEntry): FileContent | undefined {
    return this.#contents.get(entry.hostPath) ?? this.#recall?.(entry);
  }

  /** Reads where a link leads, and remembers it. Throws `conflict` / `source-changed`. */
  seeLink(entry: TreeEntry): string {
    const target = readLink(entry);
    this.#links.set(entry.hostPath, target);
    return target;
  }

  /** Reads extended attributes, and remembers them. Throws `conflict` / `source-changed`. */
  seeAttributes(entry: TreeEntry, tree: FileTree): Attributes {
    const attributes = tree.attributes(entry);
    if (attributes.size > 0) this.#attributes.set(entry.hostPath, attributes);
    return attributes;
  }

  /** To be called when all of a tree that belongs to the step was seen. */
  noteSeen(tree: FileTree): void {
    this.#seen.add(tree);
  }

  /** Whether the key was made by looking at the files, and not by their `stat` alone. */
  hasSeen(tree: FileTree): boolean {
    return this.#seen.has(tree);
  }

  /** Where a link led when it was seen, else leads now. */
  link(entry: TreeEntry): string {
    return this.#links.get(entry.hostPath) ?? this.seeLink(entry);
  }

  attributes(entry: TreeEntry, tree: FileTree): Attributes {
    if (!this.hasSeen(tree)) return this.seeAttributes(entry, tree);
    return this.#attributes.get(entry.hostPath) ?? none;
  }

  /** Something in a folder that came and went: it counts as never there. False: it is a source by itself. */
  noteGone({ relative, hostPath }: SelectedEntry): boolean {
    if (relative === '') return false;
    this.#gone.add(hostPath);
    return true;
  }

  /** Whether it, or a folder it was in, is gone. */
  isGone({ hostPath }: TreeEntry): boolean {
    if (this.#gone.size === 0) return false;
    if (this.#gone.has(hostPath)) return true;
    if (!this.#gone.has(hostPath.slice(0, hostPath.lastIndexOf('/')))) return false;
    this.#gone.add(hostPath);
    return true;
  }

  /** What is written is no more what the key was made of. */
  noteDrift(): void {
    this.#hasDrifted = true;
  }

  /** The layer needs another key than the one that was made: of what is known now. */
  get hasDrifted(): boolean {
    return this.#hasDrifted;
  }
}

function readLink(entry: TreeEntry): string {
  try {
    return entryLink(entry);
  } catch (error) {
    // EINVAL: something else is there now.
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'EINVAL')) throw sourceGone(entry);
    throw isErrno(error, 'ELOOP') ? sourceChanged(entry) : error;
  }
}
