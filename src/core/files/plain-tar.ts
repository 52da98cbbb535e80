import { Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { detectSource } from '../layers/decompress.ts';

/**
 * A tar that may be compressed by gzip or zstd, as its plain bytes. Decompressed in this process: a program looked up
 * beside a container could be the container's (CVE-2026-41567).
 */
export async function plainTar(archive: AsyncIterable<Uint8Array>): Promise<AsyncIterable<Uint8Array>> {
  const { kind, rest } = await detectSource(archive);
  if (kind === 'none') return rest;
  const unpack = kind === 'gzip' ? createGunzip() : createZstdDecompress();
  const source = Readable.from(rest);
  source.once('error', (error) => unpack.destroy(error));
  return source.pipe(unpack);
}
