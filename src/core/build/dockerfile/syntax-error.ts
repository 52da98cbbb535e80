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

/** What the user asked for is wrong, not a line of the file. */
const ofNoLine: ReadonlySet<string> = new Set(['no-such-target']);

/** The error for what parses and cannot be planned: BuildKit says it without the line. */
export function planError({ message, hint, position, code }: Diagnostic): GantryError {
  return new GantryError({
    kind: 'invalid',
    code: 'dockerfile-syntax',
    message,
    hint,
    details: ofNoLine.has(code) ? { rule: code } : { position, rule: code },
  });
}
