import type { CompletionSource } from '../../app/commands/completion-source.ts';
import type { Command } from '../../app/commands/define-command.ts';
import { longName } from '../../app/commands/option-spec.ts';
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
      : typed.startsWith('-')
        ? optionOffers(found.command)
        : sourceOffers(sourceAt(found.command, found.rest), engine);
  const wanted = found === undefined ? line.trimStart() : typed;
  return offers
    .filter(({ text }) => text.startsWith(wanted) && text !== wanted)
    .slice(0, most)
    .map(({ text, detail }) => ({ line: `${found === undefined ? '' : before}${text} `, text, detail }));
}

interface Offer {
  readonly text: string;
  readonly detail: string;
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

function optionOffers({ options }: Command): Offer[] {
  return Object.entries(options).map(([key, { help }]) => ({ text: `--${longName(key)}`, detail: help }));
}

/** What the next positional word names. Options of the line and their values are not told apart: good enough to propose. */
function sourceAt({ args }: Command, rest: readonly string[]): CompletionSource | undefined {
  const specs = Object.values(args);
  const position = rest.filter((word) => !word.startsWith('-')).length;
  return (specs[position] ?? specs.at(-1))?.source;
}

function sourceOffers(source: CompletionSource | undefined, engine: EngineState): Offer[] {
  if (typeof source === 'object') return source.choices.map((text) => ({ text, detail: '' }));
  switch (source) {
    case 'container':
    case 'running-container':
      return (engine.containers ?? [])
        .filter(({ state }) => source === 'container' || state === 'running')
        .map(({ name, image }) => ({ text: name, detail: image }));
    case 'image':
      return (engine.images ?? []).flatMap(({ names, id }) =>
        names.map((text) => ({ text, detail: id.slice(7, 19) })),
      );
    case 'volume':
      return (engine.volumes ?? []).map(({ name, driver }) => ({ text: name, detail: driver }));
    case 'network':
      return (engine.networks ?? []).map(({ name, pools }) => ({
        text: name,
        detail: pools[0]?.subnet ?? '',
      }));
    default:
      return [];
  }
}
