import { GantryError } from '../../base/gantry-error.ts';
import type { RemovedImage } from '../../engine/images.ts';
import { type ImageId, shortId } from '../../oci/digest.ts';
import { parseReference, repositoryName } from '../../oci/reference.ts';
import type { Metadata } from '../metadata/metadata.ts';
import { findImage, noSuchImage } from './find-image.ts';
import { dropImage, dropName, type ImageRecords, imageRecords } from './image-records.ts';
import { type ContainerUsage, familiar } from './summarize-image.ts';

export interface RemoveRequest {
  readonly reference: string;
  readonly force: boolean;
}

/**
 * Untags and deletes as `docker rmi` does (moby `image_delete.go`), in one transaction. By name: only that name goes
 * while there are others; the last one takes the image with it unless a container uses it (`force`: a stopped one is
 * no reason, with a running one the image stays without a name). By ID: several repositories or a stopped container
 * need `force`, a running container forbids it.
 *
 * Layers and blobs stay behind for the garbage collection. Throws `conflict` / `image-in-use` or
 * `image-in-several-repositories`, `not-found` / `image-not-found`.
 */
export function removeImage(
  metadata: Metadata,
  usage: ContainerUsage,
  request: RemoveRequest,
): readonly RemovedImage[] {
  const records = imageRecords(metadata);
  return metadata.transaction(() => {
    const found = findImage(records, request.reference);
    if (found === undefined) throw noSuchImage(request.reference);
    const steps: RemovedImage[] = [];
    const tell = (name: string): void => {
      steps.push({ action: 'untagged', target: familiar(name) });
      metadata.journal.append({ type: 'image.untagged', id: found.id, name });
    };
    const untag = (name: string): void => {
      if (dropName(records, name, found.id)) tell(name);
    };
    if (found.by === 'name') {
      const mustStay = removeName(records, usage, found, request, untag);
      if (mustStay) return steps;
    } else {
      checkDeletion(usage, found.id, request.force);
      if (!request.force && !isOneRepository(namesOf(records, found.id))) {
        throw conflict(
          'image-in-several-repositories',
          shortId(found.id),
          'must be forced',
          'image is referenced in multiple repositories',
        );
      }
    }
    for (const name of namesOf(records, found.id)) {
      if (records.names.get(name) === found.id) tell(name);
    }
    dropImage(records, found.id);
    steps.push({ action: 'deleted', target: found.id });
    metadata.journal.append({ type: 'image.deleted', id: found.id, name: undefined });
    return steps;
  });
}

/** Takes the one name away. Whether the image stays all the same. */
function removeName(
  records: ImageRecords,
  usage: ContainerUsage,
  { id, name }: { readonly id: ImageId; readonly name: string },
  { reference, force }: RemoveRequest,
  untag: (name: string) => void,
): boolean {
  const user = usage.of(id)[0];
  if (!force && user !== undefined && isOneRepository(namesOf(records, id))) {
    const why = `container ${shortId(user.id)} is using its referenced image ${shortId(id)}`;
    throw conflict('image-in-use', reference, 'must be forced', why);
  }
  untag(name);
  const repository = repositoryOf(name);
  const left = namesOf(records, id);
  // Digests of a repository are of no use once its last tag is gone.
  const hasTag = left.some((other) => !other.includes('@') && repositoryOf(other) === repository);
  if (!name.includes('@') && !hasTag) {
    for (const other of left) if (repositoryOf(other) === repository) untag(other);
  }
  return namesOf(records, id).length > 0 || usage.of(id).some(({ state }) => isActive(state));
}

function checkDeletion(usage: ContainerUsage, id: ImageId, force: boolean): void {
  const users = usage.of(id);
  const active = users.find(({ state }) => isActive(state));
  if (active !== undefined) {
    const why = `image is being used by running container ${shortId(active.id)}`;
    throw conflict('image-in-use', shortId(id), 'cannot be forced', why);
  }
  const stopped = users[0];
  if (stopped !== undefined && !force) {
    const why = `image is being used by stopped container ${shortId(stopped.id)}`;
    throw conflict('image-in-use', shortId(id), 'must be forced', why);
  }
}

function isActive(state: string): boolean {
  return state === 'running' || state === 'paused' || state === 'restarting';
}

/** At most one tag, and digests of the same repository only: then an ID, or the name, means all there is. */
function isOneRepository(names: readonly string[]): boolean {
  const tags = names.filter((name) => !name.includes('@'));
  return tags.length <= 1 && new Set(names.map(repositoryOf)).size <= 1;
}

function namesOf(records: ImageRecords, id: ImageId): readonly string[] {
  const record = records.images.get(id);
  return [...(record?.references ?? []), ...(record?.repoDigests ?? [])];
}

function repositoryOf(name: string): string {
  return repositoryName(parseReference(name));
}

function conflict(
  code: string,
  target: string,
  force: 'must be forced' | 'cannot be forced',
  why: string,
): GantryError {
  const hint =
    force === 'must be forced'
      ? 'Remove the containers and names that need it, or use --force.'
      : 'Stop and remove the container first.';
  return new GantryError({
    kind: 'conflict',
    code,
    message: `conflict: unable to delete ${target} (${force}) - ${why}`,
    hint,
  });
}
