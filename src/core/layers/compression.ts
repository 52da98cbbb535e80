import { closeSync, constants, openSync, readSync } from 'node:fs';
import { GantryError } from '../../base/gantry-error.ts';
import { mediaTypes } from '../../oci/media-types.ts';

/** How layers are compressed. */
export type LayerCompression = 'none' | 'gzip' | 'zstd';

/** How archives may be, layers too when they come with an archive. */
export type Compression = LayerCompression | 'xz' | 'bzip2';

/** How many first bytes {@link detectCompression} wants to see. */
export const magicBytes = 6;

/** By the first bytes, never by a name. */
export function detectCompression(head: Uint8Array): Compression {
  if (startsWith(head, 0x1f, 0x8b, 0x08)) return 'gzip';
  // A zstd frame, or a skippable one that carries an index before it.
  if (startsWith(head, 0x28, 0xb5, 0x2f, 0xfd)) return 'zstd';
  if (((head[0] ?? 0) & 0xf0) === 0x50 && startsWith(head.subarray(1), 0x2a, 0x4d, 0x18)) return 'zstd';
  if (startsWith(head, 0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00)) return 'xz';
  if (startsWith(head, 0x42, 0x5a, 0x68)) return 'bzip2';
  return 'none';
}

/** Of a file. */
export function compressionOf(path: string): Compression {
  const fd = openSync(path, constants.O_RDONLY);
  try {
    const head = Buffer.alloc(magicBytes);
    return detectCompression(head.subarray(0, readSync(fd, head)));
  } finally {
    closeSync(fd);
  }
}

function startsWith(head: Uint8Array, ...bytes: readonly number[]): boolean {
  return bytes.every((byte, at) => head[at] === byte);
}

/**
 * The media type a layer of that form has in a manifest (image-spec layer.md). Throws `unsupported` /
 * `unsupported-compression` for what registries have no type for.
 */
export function layerMediaType(kind: Compression): string {
  if (kind === 'none') return mediaTypes.layer;
  if (kind === 'gzip') return mediaTypes.layerGzip;
  if (kind === 'zstd') return mediaTypes.layerZstd;
  throw new GantryError({
    kind: 'unsupported',
    code: 'unsupported-compression',
    message: `a layer compressed with ${kind} cannot be kept: images have no type for it`,
  });
}
