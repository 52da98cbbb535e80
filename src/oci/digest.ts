import type { Brand } from '../base/brand.ts';
import { GantryError } from '../base/gantry-error.ts';

/** A content digest, `sha256:<64 hex>` (image-spec descriptor.md, "Digests"). Only sha256 and sha512 are registered. */
export type Digest = Brand<string, 'Digest'>;
/** Digest of a layer's uncompressed tar (image-spec config.md, "Layer DiffID"). */
export type DiffId = Brand<string, 'DiffId'>;
/** Digest that names a stack of layers (image-spec config.md, "Layer ChainID"). */
export type ChainId = Brand<string, 'ChainId'>;
/** Digest of an image's config, which is what Docker calls the image ID. */
export type ImageId = Brand<string, 'ImageId'>;

const pattern = /^(?:sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128})$/;

/** Whether the text is a well-formed digest of an algorithm we verify. */
export function isDigest(text: string): boolean {
  return pattern.test(text);
}

/** Parses a digest. Throws `invalid` / `bad-digest` with the offending text. */
export function parseDigest(text: string): Digest {
  if (!pattern.test(text)) {
    throw new GantryError({
      kind: 'invalid',
      code: 'bad-digest',
      message: `invalid digest ${JSON.stringify(text.slice(0, 140))}: want sha256: and 64 hexadecimal digits`,
    });
  }
  return text as Digest;
}

/** As {@link parseDigest}, for a layer's uncompressed tar. */
export function parseDiffId(text: string): DiffId {
  return parseDigest(text) as string as DiffId;
}

/** As {@link parseDigest}, for a stack of layers. */
export function parseChainId(text: string): ChainId {
  return parseDigest(text) as string as ChainId;
}

/** As {@link parseDigest}, for an image config. */
export function parseImageId(text: string): ImageId {
  return parseDigest(text) as string as ImageId;
}

/** The hexadecimal part: `sha256:abc` → `abc`. */
export function digestHex(digest: string): string {
  return digest.slice(digest.indexOf(':') + 1);
}

/** The algorithm part: `sha256:abc` → `sha256`. */
export function digestAlgorithm(digest: string): string {
  return digest.slice(0, digest.indexOf(':'));
}

/** Twelve digits, as Docker prints IDs. Takes a digest or a bare hexadecimal ID. */
export function shortId(id: string): string {
  return digestHex(id).slice(0, 12);
}
