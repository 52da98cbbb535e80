import type { ContentStore } from './content/content-store.ts';
import type { EngineDirs } from './engine-dirs.ts';
import type { ImageStore } from './images/image-store.ts';
import type { Metadata } from './metadata/metadata.ts';
import type { Snapshotter } from './snapshots/snapshotter.ts';

/** What most parts of the core are built from. Made once by `openCore`, cheap to make: nothing is read before its use. */
export interface CoreServices {
  readonly dirs: EngineDirs;
  readonly metadata: Metadata;
  readonly content: ContentStore;
  readonly snapshots: Snapshotter;
  readonly images: ImageStore;
}
