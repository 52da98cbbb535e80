/** A file, folder or link that two images do not have in common. */
export interface ImageFileChange {
  readonly kind: 'added' | 'changed' | 'deleted';
  /** Absolute, as seen inside. */
  readonly path: string;
  readonly type: 'file' | 'directory' | 'symlink' | 'other';
  /** Bytes of a regular file in the first and in the second image; 0 where it is none. */
  readonly beforeBytes: number;
  readonly afterBytes: number;
}

/** What distinguishes the files of one image from those of another. */
export interface ImageDifference {
  /** Ordered by path; a folder that is only in one of them is told with all in it. */
  readonly files: readonly ImageFileChange[];
  /** How many there are: `files` ends at the limit that was asked for. */
  readonly totals: Readonly<Record<ImageFileChange['kind'], number>>;
  /** Bytes of regular files that came, less those that went. */
  readonly grownBytes: number;
  /** Layers both have, from the bottom. */
  readonly sharedLayers: number;
}
