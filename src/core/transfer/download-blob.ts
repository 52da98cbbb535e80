import { GantryError } from '../../base/gantry-error.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import type { ContentStore, Ingest } from '../content/content-store.ts';
import type { RepositoryClient } from '../registry/registry-client.ts';
import type { ConnectionBudget } from './connection-budget.ts';
import type { TellLayer } from './layer-progress.ts';
import { startFetch } from './start-fetch.ts';

export interface BlobDownload {
  readonly descriptor: Descriptor;
  readonly repository: RepositoryClient;
  readonly content: ContentStore;
  /** More connections for this blob come from here; without it there is one. */
  readonly connections?: ConnectionBudget | undefined;
  readonly tell: TellLayer;
  readonly signal: AbortSignal;
}

/**
 * Fetches a blob into the content store, verified; nothing to do when it is there. A broken connection goes on where
 * it broke, also in a later process. Pulls of the same blob, in any process, wait for the first and share what it
 * brings, or go on where it gave up.
 */
export async function downloadBlob(download: BlobDownload): Promise<void> {
  const { descriptor, content, tell } = download;
  // One of another size: opening the ingest tells who is wrong, what is here or the manifest.
  if (content.info(descriptor.digest)?.sizeBytes === descriptor.size) return;
  try {
    const resumed = await downloadOnce(download);
    if (resumed === 'damaged') await downloadOnce(download);
  } catch (error) {
    throw GantryError.from(error);
  }
  tell('downloaded', descriptor.size, descriptor.size);
}

/** Opens the ingest of a blob; waits for whoever has it. */
export function openIngest({ descriptor, content, signal }: BlobDownload): Promise<Ingest> {
  return content.ingest({ digest: descriptor.digest, sizeBytes: descriptor.size }, { signal });
}

/** Whether nothing of it is there yet. */
export function isFresh(ingest: Ingest, { descriptor }: BlobDownload): boolean {
  const [first] = ingest.gaps();
  return descriptor.size === 0 || (first?.start === 0 && first.end === descriptor.size);
}

/** `damaged`: what lay there from an earlier try was not what it should be, and is gone. */
async function downloadOnce(download: BlobDownload): Promise<'here' | 'damaged'> {
  const { descriptor, tell } = download;
  await using ingest = await openIngest(download);
  const fresh = isFresh(ingest, download);
  await using fetch = startFetch(download, ingest);
  for await (const _ of fetch.chunks());
  tell('verifying', descriptor.size, descriptor.size);
  try {
    await ingest.commit();
    return 'here';
  } catch (error) {
    if (!fresh && error instanceof GantryError && error.code === 'digest-mismatch') return 'damaged';
    throw error;
  }
}
