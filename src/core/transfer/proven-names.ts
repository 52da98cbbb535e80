import type { Digest } from '../../oci/digest.ts';
import { canonicalReference, parseReference, repositoryName } from '../../oci/reference.ts';

export interface ProvenNames {
  readonly references: readonly string[];
  readonly repoDigests: readonly string[];
  /** With a digest that is none of this image: they are not given to it. */
  readonly unproven: readonly string[];
}

/**
 * What of the canonical names that an archive gives an image it may be called. Anybody can write a digest into a name: it
 * counts when it is the one of the manifest that is `kept`, or of an index of the archive that lists this manifest
 * (`digests`: its manifest's there, and those indexes').
 */
export function provenNames(names: readonly string[], digests: readonly Digest[], kept: Digest): ProvenNames {
  const own = new Set<Digest>(digests.includes(kept) ? digests : [kept]);
  const references = new Set<string>();
  const repoDigests = new Set<string>();
  const unproven: string[] = [];
  for (const name of names) {
    const { digest, ...rest } = parseReference(name);
    const isOwn = digest !== undefined && own.has(digest);
    if (digest !== undefined && !isOwn) unproven.push(name);
    else if (rest.tag !== undefined) references.add(canonicalReference({ ...rest, digest: undefined }));
    if (isOwn) repoDigests.add(`${repositoryName({ ...rest, digest })}@${digest}`);
  }
  return { references: [...references], repoDigests: [...repoDigests], unproven };
}
