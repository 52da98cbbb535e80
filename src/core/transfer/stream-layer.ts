import { applyLayer } from '../layers/apply-layer.ts';
import type { AppliedLayer, ApplyOptions } from '../layers/layer-io.ts';
import { type BlobDownload, downloadBlob, fetchChunks } from './download-blob.ts';

/**
 * Downloads a layer and unpacks it at the same time. The folder may hold unverified bytes until this resolves: the
 * blob is verified before it does, and on failure the caller drops the folder's snapshot.
 */
export async function streamLayer(
  download: BlobDownload,
  targetDir: string,
  options: Pick<ApplyOptions, 'whiteouts' | 'lowerDirs'>,
): Promise<AppliedLayer> {
  const { descriptor, content, signal, tell } = download;
  await using ingest = await content.ingest(
    { digest: descriptor.digest, sizeBytes: descriptor.size },
    { signal },
  );
  // Part of it is here from an earlier try, or another process brought it: unpack from disk.
  if (ingest.offset > 0 || content.has(descriptor.digest)) {
    await ingest[Symbol.asyncDispose]();
    await downloadBlob(download);
    tell('extracting', 0, descriptor.size);
    const source = { path: content.path(descriptor.digest) };
    return applyLayer(source, targetDir, { ...options, knownDigest: descriptor.digest, signal });
  }
  async function* kept(): AsyncGenerator<Uint8Array> {
    let passedOn = 0;
    for await (const chunk of fetchChunks(download, ingest)) {
      await ingest.write(chunk);
      // A registry that began anew sends again what was unpacked already.
      const known = passedOn - (ingest.offset - chunk.length);
      if (known >= chunk.length) continue;
      passedOn = ingest.offset;
      yield chunk.subarray(known);
    }
  }
  const applied = await applyLayer(kept(), targetDir, { ...options, knownDigest: descriptor.digest, signal });
  tell('verifying', descriptor.size, descriptor.size);
  await ingest.commit();
  return applied;
}
