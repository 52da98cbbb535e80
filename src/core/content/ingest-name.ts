import type { Digest } from '../../oci/digest.ts';
import { randomHex } from '../host/random-hex.ts';

const anonymous = 'new-';

/** Name of the file a blob is written to: after its digest, so that another process can go on with it, if it is known. */
export function ingestName(digest?: Digest): string {
  return digest === undefined ? `${anonymous}${randomHex(12)}` : digest.replace(':', '-');
}

/** Whether nobody can go on with a file of this name. */
export function isAnonymousIngest(name: string): boolean {
  return name.startsWith(anonymous);
}
