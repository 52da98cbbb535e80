import { GantryError } from '../../../base/gantry-error.ts';

/** The value of an option that has only a few. Throws `usage` / `bad-value`. */
export function readChoice<T extends string>(option: string, choices: readonly T[], text: string): T {
  const choice = choices.find((known) => known === text);
  if (choice !== undefined) return choice;
  throw new GantryError({
    kind: 'usage',
    code: 'bad-value',
    message: `invalid value ${JSON.stringify(text)} for --${option}: want one of ${choices.join(', ')}`,
  });
}
