import { GantryError } from '../../../base/gantry-error.ts';

/** What is wrong with a `--format`, in Docker's words. */
export function templateError(problem: string): GantryError {
  return new GantryError({
    kind: 'invalid',
    code: 'bad-template',
    message: `template parsing error: template: :1: ${problem}`,
  });
}
