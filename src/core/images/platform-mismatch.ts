import { GantryError } from '../../base/gantry-error.ts';
import type { Platform } from '../../oci/platform.ts';
import { formatPlatform } from '../../oci/platform-parse.ts';

/** An image is there, but for another platform than somebody asked for. In Docker's words. */
export function platformMismatch(reference: string, wanted: Platform, actual: Platform): GantryError {
  const platforms = `wanted ${formatPlatform(wanted)}, actual: ${formatPlatform(actual)}`;
  return new GantryError({
    kind: 'not-found',
    code: 'platform-mismatch',
    message: `image with reference ${reference} was found but does not match the specified platform: ${platforms}`,
    hint: 'It is made for one platform only. Leave --platform out to have it all the same.',
  });
}
