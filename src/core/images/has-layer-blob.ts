import type { Descriptor } from '../../oci/descriptor.ts';
import type { ChainId, DiffId } from '../../oci/digest.ts';
import type { ContentStore } from '../content/content-store.ts';
import { storedLayerBlob } from '../layers/layer-blob-records.ts';
import type { Metadata } from '../metadata/metadata.ts';
import type { Snapshotter } from '../snapshots/snapshotter.ts';

/**
 * Whether a layer an image names can leave as it is: its blob is here, or one of another form; or it was made here and
 * never had one, since its tar comes from the snapshot.
 */
export function hasLayerBlob(
  services: {
    readonly metadata: Metadata;
    readonly content: ContentStore;
    readonly snapshots: Pick<Snapshotter, 'info'>;
  },
  { digest }: Descriptor,
  diffId: DiffId | undefined,
  chainId: ChainId | undefined,
): boolean {
  const { content, snapshots } = services;
  if (content.has(digest)) return true;
  if (diffId === undefined || chainId === undefined) return false;
  if ((digest as string) === diffId && snapshots.info(chainId)?.isUnpacked !== true) return true;
  return storedLayerBlob(services, diffId) !== undefined;
}
