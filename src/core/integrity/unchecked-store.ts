import type { StoreReport } from '../../engine/store-report.ts';

/** The report of a store of which nothing else could be looked at. */
export function uncheckedStore(known: Pick<StoreReport, 'depth' | 'repair' | 'findings'>): StoreReport {
  return {
    ...known,
    checked: { blobs: 0, blobBytes: 0, layers: 0, images: 0, containers: 0, volumes: 0 },
    incompleteImages: [],
    unusedBytes: 0,
    partDownloads: { count: 0, sizeBytes: 0 },
  };
}
