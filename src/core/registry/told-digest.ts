import { GantryError } from '../../base/gantry-error.ts';
import { type Digest, isDigest } from '../../oci/digest.ts';
import type { HttpResponse } from './http-exchange.ts';

/**
 * Compares the digest a registry says it took something in by (`Docker-Content-Digest`) with that of what was sent.
 * Throws `corrupt` / `pushed-digest-mismatch`; registries that say none are believed.
 */
export function checkToldDigest(response: Pick<HttpResponse, 'headers' | 'url'>, sent: Digest): void {
  const told = response.headers['docker-content-digest'];
  const isSameKind = typeof told === 'string' && isDigest(told) && told.split(':')[0] === sent.split(':')[0];
  if (!isSameKind || told === sent) return;
  throw new GantryError({
    kind: 'corrupt',
    code: 'pushed-digest-mismatch',
    message: `registry ${response.url.host} took ${sent} in as ${told}`,
    hint: 'The registry, or something between it and us, altered it. What was pushed cannot be relied on.',
  });
}
