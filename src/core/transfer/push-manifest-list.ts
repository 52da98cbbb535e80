import { GantryError } from '../../base/gantry-error.ts';
import type { PushedManifestList } from '../../engine/manifest-lists.ts';
import type { Emit } from '../../engine/start-operation.ts';
import type { TransferEvent } from '../../engine/transfer-events.ts';
import { familiarReference, parseReference, type Reference } from '../../oci/reference.ts';
import type { RegistryClient } from '../registry/registry-client.ts';
import { copyManifests } from './copy-manifests.ts';
import { manifestListDocument } from './manifest-list-document.ts';
import type { ListedRecord, ManifestListRecord } from './manifest-list-records.ts';

export interface ManifestListPush {
  readonly registry: RegistryClient;
  /** With a tag. */
  readonly name: Reference;
  readonly record: ManifestListRecord;
  readonly emit: Emit<TransferEvent>;
  readonly signal: AbortSignal;
}

/**
 * Pushes a list: first what it lists from other repositories, mounted where it is the same registry and copied where it is
 * another, then the list itself, so that it never names what is not there.
 */
export async function pushManifestList(push: ManifestListPush): Promise<PushedManifestList> {
  const { registry, name, record, emit, signal } = push;
  for (const { descriptor } of record.manifests)
    if (!(descriptor.platform?.os && descriptor.platform.architecture)) throw noPlatform(descriptor);
  const to = registry.repository(name.domain, name.path, 'push', (text) =>
    emit({ kind: 'message', text, warning: true }),
  );
  const brought: { readonly reference: string; readonly digest: string }[] = [];
  for (const { reference, descriptor } of record.manifests) {
    const source = parseReference(reference);
    if (source.domain === name.domain && source.path === name.path) continue;
    const from = registry.repository(source.domain, source.path, 'pull');
    const mountFrom = source.domain === name.domain ? [source.path] : [];
    const manifest = await from.fetchManifest(descriptor.digest, signal);
    await copyManifests({ from, to, mountFrom, emit, signal }, manifest, descriptor.digest);
    const { digest } = descriptor;
    brought.push({ reference: familiarReference({ ...name, tag: undefined, digest }), digest });
  }
  const { mediaType, text } = manifestListDocument(record);
  const digest = await to.pushManifest(name.tag ?? 'latest', mediaType, Buffer.from(text), signal);
  return { digest, brought };
}

function noPlatform({ digest }: ListedRecord['descriptor']): GantryError {
  return new GantryError({
    kind: 'invalid',
    code: 'no-platform',
    message: `manifest ${digest} must have an OS and Architecture to be pushed to a registry`,
    hint: 'Say what it is for: gantry manifest annotate --os linux --arch arm64',
  });
}
