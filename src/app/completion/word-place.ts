import type { CompletionSource } from '../commands/completion-source.ts';
import type { Command } from '../commands/define-command.ts';
import { longName, type OptionSpec } from '../commands/option-spec.ts';

/** What the word that is being typed can be. */
export type WordPlace =
  /** The name of an option: those not given yet, or that may be given again. */
  | { readonly kind: 'option'; readonly options: readonly (readonly [key: string, spec: OptionSpec])[] }
  /** A value; `before` is the part of the word that stands ahead of it: `--network=`. */
  | { readonly kind: 'value'; readonly source: CompletionSource | undefined; readonly before: string };

/**
 * Where a word of a command stands, told from the words between the verb and it, with the rules of the parser:
 * values of options are no arguments, and after the first word of a container's command nothing is ours.
 */
export function wordPlace(command: Command, words: readonly string[], typed: string): WordPlace {
  const { options } = command;
  const given = new Set<string>();
  let position = 0;
  let literal = false;
  let awaited: OptionSpec | undefined;
  const stops = Object.values(command.args).some(({ kind }) => kind === 'rest');
  for (const word of words) {
    if (awaited !== undefined) awaited = undefined;
    else if (literal || word === '-' || !word.startsWith('-')) {
      position += 1;
      literal ||= stops;
    } else if (word === '--') literal = true;
    else {
      const [key, spec] = lastOption(command, word) ?? [];
      if (key !== undefined) given.add(key);
      if (spec !== undefined && takesNext(spec, word)) awaited = spec;
    }
  }
  if (awaited !== undefined) return { kind: 'value', source: awaited.source, before: '' };
  if (!literal && typed.startsWith('-')) {
    const equals = typed.indexOf('=');
    if (equals < 0) {
      const left = Object.entries(options).filter(([key, { kind }]) => kind === 'list' || !given.has(key));
      return { kind: 'option', options: left };
    }
    const [, spec] = lastOption(command, typed.slice(0, equals)) ?? [];
    return { kind: 'value', source: spec?.source, before: typed.slice(0, equals + 1) };
  }
  const specs = Object.values(command.args);
  const last = specs.at(-1);
  const spec = specs[position] ?? (last?.kind === 'many' || last?.kind === 'any' ? last : undefined);
  return { kind: 'value', source: spec?.source, before: '' };
}

/** The option a word names; of a cluster (`-it`) the last one, which alone can take the next word. */
function lastOption({ options }: Command, word: string): readonly [string, OptionSpec] | undefined {
  const all = Object.entries(options);
  if (word.startsWith('--')) {
    const name = word.slice(2).split('=', 1)[0] ?? '';
    return all.find(([key, { aliases }]) => longName(key) === name || aliases?.includes(name) === true);
  }
  return all.find(([, { short }]) => short === word.at(-1));
}

function takesNext(spec: OptionSpec, word: string): boolean {
  return !word.includes('=') && spec.kind !== 'flag' && !(spec.kind === 'text' && spec.bare !== undefined);
}
