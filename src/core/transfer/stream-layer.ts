import { applyLayer } from '../layers/apply-layer.ts';
import type { AppliedLayer } from '../layers/layer-io.ts';
import { type BlobDownload, downloadBlob, isFresh, openIngest } from './download-blob.ts';
import { startFetch } from './start-fetch.ts';
import type { UnpackOptions } from './unpack-layers.ts';

/**
 * Downloads a layer and unpacks it at the same time. The folder may hold unverified bytes until this resolves: the
 * blob is verified before it does, and on failure the caller drops the folder's snapshot.
 */
export async function streamLayer(
  download: BlobDownload,
  targetDir: string,
  options: UnpackOptions,
): Promise<AppliedLayer> {
  const { descriptor, content, signal, tell } = download;
  const { digest, size } = descriptor;
  await using ingest = await openIngest(download);
  // What a broken try left may be damaged: only the whole of it can be verified, so it is unpacked from disk.
  if (!isFresh(ingest, download) || content.has(digest)) {
    await ingest[Symbol.asyncDispose]();
    await downloadBlob(download);
    return applyLayer({ path: content.path(digest) }, targetDir, {
      ...options,
      knownDigest: digest,
      signal,
      onProgress: (doneBytes) => tell('extracting', doneBytes, size),
    });
  }
  await using fetch = startFetch(download, ingest);
  const applied = await applyLayer(fetch.chunks(), targetDir, {
    ...options,
    knownDigest: digest,
    signal,
    onProgress: (doneBytes) => {
      if (ingest.offset === size) tell('extracting', doneBytes, size);
    },
  });
  tell('verifying', size, size);
  await ingest.commit();
  return applied;
}
