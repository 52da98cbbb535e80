import type { Engine } from '../../engine/engine.ts';
import type { CommandEntry } from '../commands/command-index.ts';
import type { CompletionSource } from '../commands/completion-source.ts';
import { type KnownNames, listOf, type Offer, optionOffers, valueOffers } from './offers.ts';
import { wordPlace } from './word-place.ts';

/** How a command line could go on, for the shell that asks. */
export interface Completion {
  readonly offers: readonly Offer[];
  /** Names of files fit too: the shell knows them. */
  readonly files: 'none' | 'file' | 'directory';
}

export interface CompletionWorld {
  /** Gantry's own commands. */
  readonly commands: readonly CommandEntry[];
  /** Those of plugins: asked for where a verb is being typed, or is none of ours. */
  pluginCommands(): Promise<readonly CommandEntry[]>;
  /** Opened only where names of what it has are wanted. */
  openEngine(): Promise<Engine & AsyncDisposable>;
}

/**
 * How the last of `words`, which may be empty, could go on; the others stand before it. Loads one command at most and
 * reads one list at most: it runs at every press of a key.
 */
export async function completeWords(words: readonly string[], world: CompletionWorld): Promise<Completion> {
  const typed = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const found = called(before, world.commands) ?? called(before, await world.pluginCommands());
  if (found === undefined) {
    const entries = [...world.commands, ...(await world.pluginCommands())];
    return { offers: beginning(verbOffers(before, entries), typed), files: 'none' };
  }
  const place = wordPlace(await found.entry.load(), found.rest, typed);
  if (place.kind === 'option') {
    const offers = [...optionOffers(place.options), { text: '--help', detail: 'Show help' }];
    return { offers: beginning(offers, typed), files: 'none' };
  }
  const { source } = place;
  const offers = valueOffers(source, await knownNames(source, world));
  const whole = offers.map(({ text, detail }) => ({ text: `${place.before}${text}`, detail }));
  return { offers: beginning(whole, typed), files: filesOf(source) };
}

function called(
  words: readonly string[],
  entries: readonly CommandEntry[],
): { readonly entry: CommandEntry; readonly rest: readonly string[] } | undefined {
  for (const length of [3, 2, 1]) {
    if (words.length < length) continue;
    const verb = words.slice(0, length).join(' ');
    const entry = entries.find(({ verbs }) => verbs.includes(verb));
    if (entry !== undefined) return { entry, rest: words.slice(length) };
  }
  return undefined;
}

/** The next word of every verb that begins with the words before; nouns once each. */
function verbOffers(before: readonly string[], entries: readonly CommandEntry[]): readonly Offer[] {
  const offers = new Map<string, string>();
  for (const { verbs, summary } of entries) {
    for (const verb of verbs) {
      const parts = verb.split(' ');
      const next = parts[before.length];
      if (next === undefined || before.some((word, index) => parts[index] !== word)) continue;
      const whole = parts.length === before.length + 1;
      if (whole || !offers.has(next)) offers.set(next, whole ? summary : `Commands of ${next}`);
    }
  }
  return [...offers]
    .map(([text, detail]) => ({ text, detail }))
    .toSorted((a, b) => (a.text < b.text ? -1 : 1));
}

async function knownNames(source: CompletionSource | undefined, world: CompletionWorld): Promise<KnownNames> {
  const list = listOf(source);
  if (list === undefined) return {};
  await using engine = await world.openEngine();
  switch (list) {
    case 'containers':
      return { containers: await engine.containers.list({ all: true }) };
    case 'images':
      return { images: await engine.images.list({ layers: false }) };
    case 'volumes':
      return { volumes: await engine.volumes.list() };
    case 'networks':
      return { networks: await engine.networks.list() };
  }
}

function filesOf(source: CompletionSource | undefined): Completion['files'] {
  if (source === 'directory') return 'directory';
  return source === 'file' || source === 'container-path' ? 'file' : 'none';
}

function beginning(offers: readonly Offer[], typed: string): readonly Offer[] {
  return offers.filter(({ text }) => text.startsWith(typed));
}
