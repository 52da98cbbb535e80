import { GantryError } from '../../base/gantry-error.ts';
import type { PushedImage } from '../../engine/images.ts';
import { startOperation } from '../../engine/start-operation.ts';
import { parseReference, type Reference, repositoryName, withDefaultTag } from '../../oci/reference.ts';
import type { CoreServices } from '../core-services.ts';
import type { ImageTransfers } from '../images/create-images.ts';
import type { GarbageRoots } from '../images/garbage.ts';
import type { RegistryClient } from '../registry/registry-client.ts';

export interface TransferDeps {
  /** Made at its first use; whoever gives it disposes it. */
  readonly registry: () => Promise<RegistryClient>;
  /** What keeps blobs and layers besides images. */
  readonly roots: readonly GarbageRoots[];
}

/** What moves images between here, registries and archives. Each part is loaded when it is used. */
export function createTransfers(services: CoreServices, { registry, roots }: TransferDeps): ImageTransfers {
  return {
    pull: (reference, { signal: outer, ...options } = {}) =>
      startOperation(async (emit, signal) => {
        const { pullReferences } = await import('./pull-references.ts');
        return pullReferences({
          services,
          roots,
          registry: await registry(),
          reference,
          ...options,
          emit,
          signal,
        });
      }, outer),

    push: (text, { signal: outer, allTags = false } = {}) =>
      startOperation(async (emit, signal) => {
        const { pushImage } = await import('./push-image.ts');
        const parsed = parseReference(text);
        if (parsed.digest !== undefined) throw cannotPushDigest();
        const repository = (await registry()).repository(parsed.domain, parsed.path, 'push', (text) =>
          emit({ kind: 'message', text, warning: true }),
        );
        const references = allTags ? tagsHere(services, text) : [withDefaultTag(parsed)];
        const pushed: PushedImage[] = [];
        for (const reference of references) {
          // What one tag tells of a layer must not take the place of what another told.
          const emitOwn: typeof emit = (event, key) => emit(event, key && `${reference.tag} ${key}`);
          pushed.push(await pushImage({ services, repository, reference, emit: emitOwn, signal }));
        }
        return pushed;
      }, outer),

    copy: (source, target, { signal: outer, ...options } = {}) =>
      startOperation(async (emit, signal) => {
        const { copyImage } = await import('./copy-image.ts');
        return copyImage({ registry: await registry(), source, target, ...options, emit, signal });
      }, outer),

    load: (archive, { signal: outer } = {}) =>
      startOperation(async (emit, signal) => {
        const { loadImages } = await import('./load-images.ts');
        return loadImages({ services, roots, archive, emit, signal });
      }, outer),

    save: (references, { signal = new AbortController().signal } = {}) => save(services, references, signal),

    import: (archive, { signal: outer, ...options } = {}) =>
      startOperation(async (emit, signal) => {
        const { importImage } = await import('./import-image.ts');
        return importImage({ services, archive, options, emit, signal });
      }, outer),
  };
}

async function* save(
  services: CoreServices,
  references: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { saveImages } = await import('./save-images.ts');
  yield* saveImages(services, references, signal);
}

/** All names of the repository that images here have. */
function tagsHere({ images }: CoreServices, text: string): readonly Reference[] {
  const prefix = `${repositoryName(parseReference(text))}:`;
  const names = images
    .list()
    .flatMap(({ references }) => references.filter((name) => name.startsWith(prefix)));
  if (names.length > 0) return names.sort().map(parseReference);
  throw new GantryError({
    kind: 'not-found',
    code: 'image-not-found',
    message: `An image does not exist locally with the tag: ${text}`,
  });
}

function cannotPushDigest(): GantryError {
  return new GantryError({
    kind: 'invalid',
    code: 'bad-reference',
    message: 'cannot push a digest reference',
  });
}
