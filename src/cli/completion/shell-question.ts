import { splitLine } from '../../app/commands/parse/split-line.ts';
import { type GlobalOptions, splitArguments } from '../global-options.ts';

/** A line that a shell wants to go on with. */
export interface ShellQuestion {
  readonly globals: GlobalOptions;
  /** The words of the command, the one being typed last. */
  readonly words: readonly string[];
  /** An option before the command still wants its value, or is not known: no command can follow yet. */
  readonly early: boolean;
}

/**
 * What a shell asks: `__complete WORD…`, without the program, or `__complete --line 'gantry …'` with it. `before`:
 * options that stood before that, where gantry goes by a name that has some.
 */
export function shellQuestion(asked: readonly string[], before: readonly string[] = []): ShellQuestion {
  const all = asked[0] === '--line' ? wordsOf(asked[1] ?? '').slice(1) : asked;
  const typed = all.at(-1) ?? '';
  try {
    const { globals, words } = splitArguments([...before, ...all.slice(0, -1)]);
    return { globals, words: [...words, typed], early: false };
  } catch {
    return { globals: splitArguments(before).globals, words: [typed], early: true };
  }
}

/** A blank at the end begins another word; a quote that is still open ends with the line. */
function wordsOf(line: string): readonly string[] {
  const begun = /(^|[^\\])\s$/.test(line) ? `${line}''` : line;
  for (const whole of [begun, `${line}"`, `${line}'`]) {
    try {
      return splitLine(whole);
    } catch {
      // The other kind of quote, then.
    }
  }
  return [];
}
