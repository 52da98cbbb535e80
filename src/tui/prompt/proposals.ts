import type { Command } from '../../app/commands/define-command.ts';
import { type Offer, optionOffers, valueOffers } from '../../app/completion/offers.ts';
import { wordPlace } from '../../app/completion/word-place.ts';
import type { EngineState } from '../../app/state/engine-state.ts';

export interface Proposal {
  /** The whole line with the proposal in place of what was being typed. */
  readonly line: string;
  readonly text: string;
  readonly detail: string;
}

const most = 8;

/** How a line at `:` could go on: verbs first, then options, and names of what the engine has. */
export function proposals(
  line: string,
  commands: readonly Command[],
  engine: EngineState,
): readonly Proposal[] {
  const words = line.trimStart().split(/\s+/);
  const typed = words.at(-1) ?? '';
  const before = line.slice(0, line.length - typed.length);
  const found = calledBy(words.slice(0, -1), commands);
  const offers =
    found === undefined
      ? verbOffers(line.trimStart(), commands)
      : wordOffers(found.command, found.rest, typed, engine);
  const wanted = found === undefined ? line.trimStart() : typed;
  return offers
    .filter(({ text }) => text.startsWith(wanted) && text !== wanted)
    .slice(0, most)
    .map(({ text, detail }) => ({ line: `${found === undefined ? '' : before}${text} `, text, detail }));
}

/** The command that complete words call, and the words after its verb. */
function calledBy(
  words: readonly string[],
  commands: readonly Command[],
): { readonly command: Command; readonly rest: readonly string[] } | undefined {
  for (const length of [3, 2, 1]) {
    if (words.length < length) continue;
    const verb = words.slice(0, length).join(' ');
    const command = commands.find(({ verbs }) => verbs.includes(verb));
    if (command !== undefined) return { command, rest: words.slice(length) };
  }
  return undefined;
}

/** Every command under its short name; its long ones too once a noun was typed. */
function verbOffers(typed: string, commands: readonly Command[]): Offer[] {
  const offers = commands.flatMap(({ verbs, summary }) =>
    verbs
      .filter((verb, index) => index === 0 || (typed.includes(' ') && verb.includes(' ')))
      .map((text) => ({ text, detail: summary })),
  );
  return offers.toSorted((a, b) => a.text.localeCompare(b.text, 'en'));
}

function wordOffers(
  command: Command,
  rest: readonly string[],
  typed: string,
  engine: EngineState,
): readonly Offer[] {
  const place = wordPlace(command, rest, typed);
  if (place.kind === 'option') return optionOffers(place.options);
  return valueOffers(place.source, engine).map(({ text, detail }) => ({
    text: `${place.before}${text}`,
    detail,
  }));
}
