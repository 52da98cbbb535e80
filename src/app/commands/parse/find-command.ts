import { type CommandEntry, commandIndex } from '../command-index.ts';
import { closestWord } from './closest-word.ts';
import { usageError } from './usage-error.ts';

/** What the first words of a line name. */
export type FoundCommand =
  | {
      readonly kind: 'command';
      readonly entry: CommandEntry;
      readonly called: string;
      readonly words: readonly string[];
    }
  /** A noun alone (`container`), or with `--help`: show its verbs. */
  | { readonly kind: 'group'; readonly name: string };

/**
 * Finds the command that a line calls: the longest verb wins, so `container ls` is not a command `container`. Throws
 * `usage` / `unknown-command` with the closest verb.
 */
export function findCommand(
  words: readonly string[],
  index: readonly CommandEntry[] = commandIndex,
): FoundCommand {
  for (const length of [3, 2, 1]) {
    if (words.length < length) continue;
    const called = words.slice(0, length).join(' ');
    const entry = index.find(({ verbs }) => verbs.includes(called));
    if (entry !== undefined) return { kind: 'command', entry, called, words: words.slice(length) };
  }
  const [noun = '', verb] = words;
  const verbs = index.flatMap((entry) => entry.verbs);
  const inGroup = verbs.filter((known) => known.startsWith(`${noun} `));
  if (inGroup.length > 0 && (verb === undefined || verb === '--help' || verb === '-h')) {
    return { kind: 'group', name: noun };
  }
  const called = inGroup.length > 0 ? `${noun} ${verb}` : noun;
  if (foreignVerbs.has(called)) {
    throw usageError('unknown-command', `unknown command: gantry ${called}`, {
      hint: 'Docker has this command; gantry does not.',
      exitCode: 1,
    });
  }
  const close = closestWord(
    called,
    inGroup.length > 0 ? inGroup : new Set(verbs.map((known) => known.split(' ', 1)[0]!)),
  );
  throw usageError('unknown-command', `unknown command: gantry ${called}`, {
    hint: close === undefined ? undefined : `Did you mean: gantry ${close}?`,
    exitCode: 1,
    group: inGroup.length > 0 ? noun : undefined,
  });
}

/** Commands of Docker that people will try: nothing that is merely spelt alike is proposed for them. */
const foreignVerbs: ReadonlySet<string> = new Set(
  'buildx checkpoint compose config context node plugin scout secret service stack swarm trust'.split(' '),
);
