import type { Digest } from './digest.ts';

const tag = /^sha256-[0-9a-f]{64}(?:\.[a-z]{1,16})?$/;

/**
 * Whether a tag stands for what refers to an image, and not for an image: `sha256-HEX` (distribution-spec "Referrers
 * Tag Schema"), and cosign's `.sig`, `.att` and `.sbom`.
 */
export function isReferrersTag(text: string): boolean {
  return tag.test(text);
}

/** The tag of the list of what refers to a manifest, on registries that keep none. */
export function referrersTag(digest: Digest): string {
  return digest.replace(':', '-').slice(0, 128);
}
