import { GantryError } from '../../base/gantry-error.ts';
import { familiarReference, type Reference } from '../../oci/reference.ts';

/* What is refused of manifest lists, where scripts may know them in docker's words. */

export function noSuchList(name: Reference): GantryError {
  return new GantryError({
    kind: 'not-found',
    code: 'no-such-manifest-list',
    message: `No such manifest: ${familiarReference(name)}`,
    hint: 'Those that are here: gantry manifest ls',
  });
}

export function listExists(name: Reference): GantryError {
  return new GantryError({
    kind: 'conflict',
    code: 'manifest-list-exists',
    message: 'refusing to amend an existing manifest list with no --amend flag',
    hint: `${familiarReference(name)} is here: add to it by --amend, or begin anew after gantry manifest rm.`,
  });
}

export function notListed(name: Reference, image: Reference): GantryError {
  return new GantryError({
    kind: 'not-found',
    code: 'not-listed',
    message: `manifest for image ${familiarReference(image)} does not exist in ${familiarReference(name)}`,
    hint: `What it lists: gantry manifest inspect ${familiarReference(name)}`,
  });
}

export function noManifestThere(reference: Reference, cause: unknown): GantryError {
  return new GantryError({
    kind: 'not-found',
    code: 'manifest-unknown',
    message: `no such manifest: ${familiarReference(reference)}`,
    hint: 'What is listed has to be on its registry: push the image first.',
    cause,
  });
}

export function listInList(reference: Reference): GantryError {
  return new GantryError({
    kind: 'invalid',
    code: 'is-manifest-list',
    message: `${familiarReference(reference)} is a manifest list`,
    hint: 'Name the manifests it lists, by their digests.',
  });
}

export function listTooLong(name: Reference, mostListed: number): GantryError {
  return new GantryError({
    kind: 'invalid',
    code: 'manifest-list-too-long',
    message: `${familiarReference(name)} would list more than ${mostListed} manifests`,
  });
}
