import { GantryError } from '../../../base/gantry-error.ts';
import type { Diagnostic } from './diagnostic.ts';

/** The error a build ends with because of `diagnostic`, in BuildKit's words: `dockerfile parse error on line 3: …`. */
export function syntaxError(diagnostic: Diagnostic): GantryError {
  return new GantryError({
    kind: 'invalid',
    code: 'dockerfile-syntax',
    message: `dockerfile parse error on line ${diagnostic.position.line}: ${diagnostic.message}`,
    hint: diagnostic.hint,
    details: { position: diagnostic.position, rule: diagnostic.code },
  });
}
