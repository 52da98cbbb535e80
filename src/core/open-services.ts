import { openContentStore } from './content/open-content-store.ts';
import type { CoreServices } from './core-services.ts';
import type { EngineDirs } from './engine-dirs.ts';
import { openImageStore } from './images/open-image-store.ts';
import type { Metadata } from './metadata/metadata.ts';
import { openSnapshotter } from './snapshots/open-snapshotter.ts';

/** The stores of one root. */
export function openServices(dirs: EngineDirs, metadata: Metadata): CoreServices {
  const content = openContentStore(dirs);
  const snapshots = openSnapshotter(dirs, metadata);
  const images = openImageStore({ metadata, content, snapshots });
  return { dirs, metadata, content, snapshots, images };
}
