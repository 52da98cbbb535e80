import { GantryError } from '../../../base/gantry-error.ts';
import type { SourcePosition } from '../../../engine/builds.ts';

/** The error for what a Dockerfile may say and this engine does not do yet. */
export function unsupported(what: string, position: SourcePosition, hint?: string): GantryError {
  return new GantryError({
    kind: 'unsupported',
    code: 'dockerfile-unsupported',
    message: `line ${position.line}: ${what} is not supported`,
    hint,
    details: { position },
  });
}
