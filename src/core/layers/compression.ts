import { GantryError } from '../../base/gantry-error.ts';
import { mediaTypes } from '../../oci/media-types.ts';

export type Compression = 'none' | 'gzip' | 'zstd';

/** How many first bytes {@link detectCompression} wants to see. */
export const magicBytes = 6;

/** By the first bytes, never by a name. Throws `unsupported` / `unsupported-compression` for xz and bzip2. */
export function detectCompression(head: Uint8Array): Compression {
  if (startsWith(head, 0x1f, 0x8b, 0x08)) return 'gzip';
  // A zstd frame, or a skippable one that carries an index before it.
  if (startsWith(head, 0x28, 0xb5, 0x2f, 0xfd)) return 'zstd';
  if (((head[0] ?? 0) & 0xf0) === 0x50 && startsWith(head.subarray(1), 0x2a, 0x4d, 0x18)) return 'zstd';
  if (startsWith(head, 0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00)) throw unsupported('xz');
  if (startsWith(head, 0x42, 0x5a, 0x68)) throw unsupported('bzip2');
  return 'none';
}

function startsWith(head: Uint8Array, ...bytes: readonly number[]): boolean {
  return bytes.every((byte, at) => head[at] === byte);
}

function unsupported(name: 'xz' | 'bzip2'): GantryError {
  return new GantryError({
    kind: 'unsupported',
    code: 'unsupported-compression',
    message: `archives compressed with ${name} are not read`,
    hint: `Unpack it first: ${name} -d FILE`,
  });
}

/** The media type a layer of that form has in a manifest (image-spec layer.md). */
export function layerMediaType(kind: Compression): string {
  const types = { none: mediaTypes.layer, gzip: mediaTypes.layerGzip, zstd: mediaTypes.layerZstd };
  return types[kind];
}
