import { GantryError } from '../../base/gantry-error.ts';
import type { CopiedImage, CopyOptions } from '../../engine/images.ts';
import type { Emit } from '../../engine/start-operation.ts';
import type { TransferEvent } from '../../engine/transfer-events.ts';
import type { Digest } from '../../oci/digest.ts';
import { parsePlatform } from '../../oci/platform-parse.ts';
import { familiarReference, parseReference, type Reference, withDefaultTag } from '../../oci/reference.ts';
import { hostPlatform } from '../host/host-platform.ts';
import type { RegistryClient } from '../registry/registry-client.ts';
import { chooseManifest } from './choose-manifest.ts';
import { copyManifests } from './copy-manifests.ts';

export interface CopyRequest extends Omit<CopyOptions, 'signal'> {
  readonly registry: RegistryClient;
  /** As the user wrote them. */
  readonly source: string;
  readonly target: string;
  readonly emit: Emit<TransferEvent>;
  readonly signal: AbortSignal;
}

/**
 * Copies what a name means from one repository to another, byte for byte, so that all digests stay: blobs first, then
 * manifests, then what the name itself is. Within one registry blobs are mounted; elsewhere they flow through, and
 * nothing is kept here. One platform of an index, or all of it with its attestations.
 */
export async function copyImage(request: CopyRequest): Promise<CopiedImage> {
  const { registry, emit, signal, all = false } = request;
  const source = withDefaultTag(parseReference(request.source));
  const target = withDefaultTag(parseReference(request.target));
  const from = registry.repository(source.domain, source.path, 'pull');
  const to = registry.repository(target.domain, target.path, 'push');
  const named = nameOf(source);
  const root = all
    ? await from.fetchManifest(named, signal)
    : (await chooseManifest(from, named, platformOf(request), signal)).manifest;
  if (target.digest !== undefined && target.digest !== root.descriptor.digest) {
    throw otherDigest(target, root.descriptor.digest);
  }
  emit({ kind: 'message', text: `Copying ${familiarReference(source)} to ${familiarReference(target)}` });
  const mountFrom = source.domain === target.domain ? [source.path] : [];
  await copyManifests({ from, to, mountFrom, emit, signal }, root, nameOf(target));
  return {
    source: familiarReference(source),
    target: familiarReference(target),
    digest: root.descriptor.digest,
    sizeBytes: root.bytes.length,
  };
}

function platformOf({ platform }: CopyRequest) {
  const host = hostPlatform();
  return platform === undefined ? host : parsePlatform(platform, host);
}

function nameOf({ digest, tag }: Reference): string {
  return digest ?? tag ?? 'latest';
}

function otherDigest(target: Reference, digest: Digest): GantryError {
  return new GantryError({
    kind: 'invalid',
    code: 'bad-reference',
    message: `cannot copy to ${familiarReference(target)}: what is copied has the digest ${digest}`,
    hint: 'Leave the digest out, or give the target a tag.',
  });
}
