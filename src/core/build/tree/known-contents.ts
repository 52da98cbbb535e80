import { type FileContent, fileDigest } from './file-digest.ts';
import type { TreeEntry } from './file-tree.ts';

/**
 * What the files of a step held when its key was made. Its layer must hold the same, whoever writes to them between
 * the two.
 */
export class KnownContents {
  readonly #contents = new Map<string, FileContent>();
  #recall: ((entry: TreeEntry) => FileContent | undefined) | undefined;

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
}
