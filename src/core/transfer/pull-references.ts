import type { PulledImage } from '../../engine/images.ts';
import type { Emit } from '../../engine/start-operation.ts';
import type { TransferEvent } from '../../engine/transfer-events.ts';
import { parsePlatform } from '../../oci/platform-parse.ts';
import { parseReference, withDefaultTag } from '../../oci/reference.ts';
import type { CoreServices } from '../core-services.ts';
import { hostPlatform } from '../host/host-platform.ts';
import type { RegistryClient } from '../registry/registry-client.ts';
import { pullImage } from './pull-image.ts';

export interface PullReferencesRequest {
  readonly services: CoreServices;
  readonly registry: RegistryClient;
  /** As the user wrote it. */
  readonly reference: string;
  readonly platform?: string | undefined;
  readonly allTags?: boolean | undefined;
  readonly emit: Emit<TransferEvent>;
  readonly signal: AbortSignal;
}

/** Pulls what a person names: `web` is `web:latest`, or every tag of it with `allTags`. */
export async function pullReferences(request: PullReferencesRequest): Promise<readonly PulledImage[]> {
  const { services, registry, emit, signal } = request;
  const parsed = parseReference(request.reference);
  const host = hostPlatform();
  const platform = request.platform === undefined ? host : parsePlatform(request.platform, host);
  const repository = registry.repository(parsed.domain, parsed.path, 'pull', (text) =>
    emit({ kind: 'message', text, warning: true }),
  );
  const references = request.allTags
    ? (await repository.listTags(signal)).toSorted().map((tag) => ({ ...parsed, tag, digest: undefined }))
    : [withDefaultTag(parsed)];
  const pulled: PulledImage[] = [];
  for (const reference of references) {
    pulled.push(await pullImage({ services, repository, reference, platform, emit, signal }));
  }
  return pulled;
}
