import { GantryError } from '../../base/gantry-error.ts';
import type { PulledImage } from '../../engine/images.ts';
import type { Emit } from '../../engine/start-operation.ts';
import type { TransferEvent } from '../../engine/transfer-events.ts';
import { requireNewName } from '../../oci/new-name.ts';
import { parsePlatform } from '../../oci/platform-parse.ts';
import {
  canonicalReference,
  familiarName,
  familiarReference,
  parseReference,
  type Reference,
  withDefaultTag,
} from '../../oci/reference.ts';
import { isReferrersTag } from '../../oci/referrers-tag.ts';
import type { CoreServices } from '../core-services.ts';
import { hostPlatform } from '../host/host-platform.ts';
import type { GarbageRoots } from '../images/garbage.ts';
import type { RegistryClient } from '../registry/registry-client.ts';
import { pullImage } from './pull-image.ts';

export interface PullReferencesRequest {
  readonly services: CoreServices;
  readonly roots?: readonly GarbageRoots[] | undefined;
  readonly registry: RegistryClient;
  /** As the user wrote it. */
  readonly reference: string;
  readonly platform?: string | undefined;
  readonly allTags?: boolean | undefined;
  readonly emit: Emit<TransferEvent>;
  readonly signal: AbortSignal;
}

/**
 * Pulls what a person names: `web` is `web:latest`, or every tag of it with `allTags`. Of these what is no image of this
 * platform is passed over with a line; without any image the pull fails.
 */
export async function pullReferences(request: PullReferencesRequest): Promise<readonly PulledImage[]> {
  const { services, roots, registry, emit, signal } = request;
  const parsed = parseReference(request.reference);
  const host = hostPlatform();
  const isPlatformAsked = request.platform !== undefined;
  const platform = request.platform === undefined ? host : parsePlatform(request.platform, host);
  const repository = registry.repository(parsed.domain, parsed.path, 'pull', (text) =>
    emit({ kind: 'message', text, warning: true }),
  );
  const pull = (reference: Reference): Promise<PulledImage> =>
    pullImage({
      services,
      roots,
      repository,
      reference,
      platform,
      isPlatformAsked,
      // What one tag tells of a layer must not take the place of what another told.
      emit: (event, key) => emit(event, key && `${reference.tag ?? ''} ${key}`),
      signal,
    });
  const pulled = request.allTags
    ? await pullTags(request, parsed, await repository.listTags(signal), pull)
    : [await pullOne(parsed, pull)];
  const name = familiarReference(request.allTags ? { ...parsed, tag: undefined } : named(parsed));
  const status = pulled.every(({ upToDate }) => upToDate) ? 'Image is up to date' : 'Downloaded newer image';
  emit({ kind: 'message', text: `Status: ${status} for ${name}` });
  return pulled;
}

/** What a reference names: with a digest, the tag beside it says nothing and is given to no image. */
function named(reference: Reference): Reference {
  return reference.digest === undefined
    ? requireNewName(withDefaultTag(reference))
    : { ...reference, tag: undefined };
}

async function pullOne(
  reference: Reference,
  pull: (reference: Reference) => Promise<PulledImage>,
): Promise<PulledImage> {
  const name = named(reference);
  const pulled = await pull(name).catch((error: unknown) => {
    throw whichImage(name, error);
  });
  return { ...pulled, reference: familiarReference(withDefaultTag(reference)) };
}

/** That a registry cannot be reached says little to who named none: the image is what they know. */
function whichImage(reference: Reference, error: unknown): unknown {
  if (!(error instanceof GantryError) || !error.message.startsWith('cannot reach ')) return error;
  return error.with({ message: `${canonicalReference(reference)}: ${error.message}` });
}

async function pullTags(
  { emit }: PullReferencesRequest,
  repository: Reference,
  tags: readonly string[],
  pull: (reference: Reference) => Promise<PulledImage>,
): Promise<readonly PulledImage[]> {
  const pulled: PulledImage[] = [];
  let refusal: GantryError | undefined;
  for (const tag of tags.toSorted().filter((name) => !isReferrersTag(name))) {
    try {
      pulled.push(await pull({ ...repository, tag, digest: undefined }));
    } catch (error) {
      if (!(error instanceof GantryError && passedOver.has(error.code))) throw error;
      refusal ??= error;
      emit({ kind: 'message', text: `${tag}: Skipped: ${error.message}`, endsImage: true });
    }
  }
  const signatures = tags.filter(isReferrersTag).length;
  if (signatures > 0) {
    const text = `Skipped ${signatures} ${signatures === 1 ? 'tag' : 'tags'} of signatures and the like (sha256-…)`;
    emit({ kind: 'message', text });
  }
  if (pulled.length === 0) throw refusal ?? noImages(repository);
  return pulled;
}

/** What else than an image of this machine a tag may stand for. */
const passedOver: ReadonlySet<string> = new Set([
  'not-an-image',
  'no-matching-platform',
  'platform-mismatch',
  'foreign-system',
]);

function noImages(repository: Reference): GantryError {
  return new GantryError({
    kind: 'not-found',
    code: 'no-images',
    message: `repository ${familiarName(repository)} has no tags that stand for images`,
  });
}
