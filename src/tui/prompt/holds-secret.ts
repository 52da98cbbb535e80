import type { Command } from '../../app/commands/define-command.ts';
import { longName } from '../../app/commands/option-spec.ts';

/** Whether a line gives a value to an option that is nobody's business: such a line is kept nowhere. */
export function holdsSecret(line: string, commands: readonly Command[]): boolean {
  const words = line
    .trim()
    .replace(/^gantry\s+/, '')
    .split(/\s+/);
  const called = commands.filter(({ verbs }) =>
    verbs.some((verb) => verb.split(' ').every((word, at) => words[at] === word)),
  );
  return called.some(({ options }) =>
    Object.entries(options).some(([key, spec]) => {
      if (spec.kind !== 'text' || spec.secret !== true) return false;
      const long = `--${longName(key)}`;
      return words.some(
        (word) =>
          word === long ||
          word.startsWith(`${long}=`) ||
          // Also among other letters, and with its value right behind it.
          (spec.short !== undefined && /^-[^-]/.test(word) && word.includes(spec.short)),
      );
    }),
  );
}
