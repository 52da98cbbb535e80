import type { ImageConfig } from '../../oci/image-config.ts';
import { platformMatches } from '../../oci/platform-match.ts';
import { familiarReference } from '../../oci/reference.ts';
import { platformMismatch } from '../images/platform-mismatch.ts';
import type { ChosenManifest } from './choose-manifest.ts';
import type { PullRequest } from './pull-image.ts';

/**
 * Refuses an image of one platform where another was asked for: `not-found` / `platform-mismatch`. Of an index the
 * entry says what it is for; the configs of its images are often less exact.
 */
export function checkPlatform(
  { reference, platform, isPlatformAsked }: PullRequest,
  { manifest, rootDigest }: ChosenManifest,
  config: ImageConfig,
): void {
  const isAlone = manifest.descriptor.digest === rootDigest;
  if (!isPlatformAsked || !isAlone || platformMatches(config, platform)) return;
  throw platformMismatch(familiarReference(reference), platform, config);
}
