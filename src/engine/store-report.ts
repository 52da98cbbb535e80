/** What `checkStore` can find, by the word scripts know it by. */
export type StoreFindingCode =
  | 'check-failed'
  | 'folder-replaced'
  | 'lock-replaced'
  | 'database-damaged'
  | 'record-damaged'
  | 'record-altered'
  | 'image-record-lost'
  | 'image-index'
  | 'layer-record-lost'
  | 'layer-index'
  | 'dead-lease'
  | 'blob-altered'
  | 'size-misnamed'
  | 'blob-missing'
  | 'manifest-damaged'
  | 'foreign-file'
  | 'stale-ingest'
  | 'name-without-image'
  | 'name-lost'
  | 'layer-missing'
  | 'layer-altered'
  | 'layer-unflushed'
  | 'unfinished-layer'
  | 'stray-layer-folder'
  | 'container-half-done'
  | 'monitor-lost'
  | 'container-layer-missing'
  | 'container-folder-missing'
  | 'container-record-lost'
  | 'container-unknown'
  | 'container-data-stray'
  | 'stray-container-folder'
  | 'container-index'
  | 'stray-run-state'
  | 'volume-folder-missing'
  | 'volume-folder-replaced'
  | 'stray-volume-folder'
  | 'stray-cache-record'
  | 'killed-build'
  | 'stray-file'
  | 'stray-lock';

/** One thing in the engine's store that is not as it should be. */
export interface StoreFinding {
  readonly code: StoreFindingCode;
  /** `damage`: something is lost or would fail. `leftover`: killed work left it, it only takes space. */
  readonly severity: 'damage' | 'leftover';
  /** A digest, a name, an ID, a path. */
  readonly subject: string;
  /** One sentence. */
  readonly message: string;
  readonly status: 'found' | 'mended' | 'not-mended';
  /** Mending it is a person's work, and `remedy` says what. */
  readonly byHand?: true;
  /** What mending does or did; or why it could not be mended, and what to do then. */
  readonly remedy: string;
}

/** How thoroughly: sizes only; contents of blobs too; contents of unpacked layers too. */
export type StoreCheckDepth = 'quick' | 'normal' | 'full';

export interface StoreReport {
  readonly depth: StoreCheckDepth;
  readonly repair: boolean;
  readonly checked: {
    readonly blobs: number;
    readonly blobBytes: number;
    readonly layers: number;
    readonly images: number;
    readonly containers: number;
    readonly volumes: number;
  };
  readonly findings: readonly StoreFinding[];
  /** Names, or IDs, of images that are not whole and have to be pulled, loaded or built again. */
  readonly incompleteImages: readonly string[];
  /** What nothing needs any more, and a prune would free. Nothing is wrong with it. */
  readonly unusedBytes: number;
  /** What broken downloads left, kept to be gone on with; those kept for too long are findings. Nothing is wrong with it. */
  readonly partDownloads: { readonly count: number; readonly sizeBytes: number };
}
