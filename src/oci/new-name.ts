import { GantryError } from '../base/gantry-error.ts';
import {
  canonicalReference,
  familiarName,
  parseReference,
  type Reference,
  withDefaultTag,
} from './reference.ts';

/**
 * The same name, if an image may be called so. Throws `invalid` / `bad-reference` in Docker's words for one that would
 * be read as an ID ever after (`sha256:abc`).
 */
export function requireNewName(reference: Reference): Reference {
  if (familiarName(reference) !== 'sha256') return reference;
  throw new GantryError({
    kind: 'invalid',
    code: 'bad-reference',
    message: 'refusing to create an ambiguous tag using digest algorithm as name',
    hint: 'What begins with sha256: is read as an image ID: give it another name.',
  });
}

/**
 * The canonical form of a name somebody gives an image. Throws as {@link requireNewName} does, and in Docker's words for
 * a digest: that is nobody's to give.
 */
export function newTag(text: string): string {
  const reference = requireNewName(withDefaultTag(parseReference(text)));
  if (reference.digest === undefined) return canonicalReference(reference);
  throw new GantryError({
    kind: 'invalid',
    code: 'bad-reference',
    message: 'refusing to create a tag with a digest reference',
    hint: 'A digest is what an image is, not what it is called: give it a tag.',
  });
}
