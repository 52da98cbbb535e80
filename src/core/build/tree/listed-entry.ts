import type { EntryStats, TreeEntry } from './file-tree.ts';

/** An entry of a folder that was listed. Its paths are put together when they are asked for, to be kept by nobody. */
export class ListedEntry implements TreeEntry {
  readonly name: string;
  readonly stats: EntryStats;
  readonly #folder: string;
  readonly #hostFolder: string;

  /** `folder`: its path in the tree; `hostFolder`: where that lies. */
  constructor(folder: string, hostFolder: string, name: string, stats: EntryStats) {
    this.#folder = folder;
    this.#hostFolder = hostFolder;
    this.name = name;
    this.stats = stats;
  }

  get path(): string {
    return this.#folder === '' ? this.name : `${this.#folder}/${this.name}`;
  }

  get hostPath(): string {
    return `${this.#hostFolder}/${this.name}`;
  }
}

/** One of a folder that is somebody else's too. */
export class ExposedEntry extends ListedEntry {
  get isExposed(): true {
    return true;
  }
}
