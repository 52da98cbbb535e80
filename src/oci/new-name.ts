import { GantryError } from '../base/gantry-error.ts';
import { familiarName, type Reference } from './reference.ts';

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
    hint: 'what begins with sha256: is read as an image ID; give it another name',
  });
}
