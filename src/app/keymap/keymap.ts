import type { Command } from '../commands/define-command.ts';
import type { KeyPlace } from '../commands/subject.ts';
import { isKeyName } from './key-name.ts';

/** One key in one place, and the command it means. */
export interface Binding {
  readonly key: string;
  readonly place: KeyPlace;
  readonly command: Command;
}

export interface Keymap {
  /** In the order of declaration. */
  readonly bindings: readonly Binding[];
  /** What was wrong with declarations or with the user's own keys: one line each. */
  readonly problems: readonly string[];
}

/** A user's own keys, by command ID; they replace all the command had. An empty list takes its keys away. */
export type KeyOverrides = Readonly<Record<string, readonly string[]>>;

/** Gathers the keys of all commands. Where two want one key in one place, the first declared keeps it. */
export function buildKeymap(commands: readonly Command[], overrides: KeyOverrides = {}): Keymap {
  const bindings: Binding[] = [];
  const problems: string[] = [];
  const taken = new Map<string, Command>();
  const wanted = commands.flatMap((command) => {
    const own = overrides[command.id];
    return wantedKeys(command, own).map((binding) => ({ ...binding, mine: own !== undefined }));
  });
  // A user's own choice beats what a declaration wants.
  for (const { key, place, command } of wanted.toSorted((a, b) => Number(b.mine) - Number(a.mine))) {
    if (!isKeyName(key)) {
      problems.push(`${command.id}: ${JSON.stringify(key)} is not a key`);
      continue;
    }
    const holder = taken.get(`${place} ${key}`);
    if (holder !== undefined) {
      problems.push(`${command.id}: ${key} in ${place} already means ${holder.id}`);
      continue;
    }
    taken.set(`${place} ${key}`, command);
    bindings.push({ key, place, command });
  }
  return { bindings, problems };
}

/** What a key means in a place: its own binding there, else the one that holds everywhere. */
export function lookupKey(keymap: Keymap, place: KeyPlace | undefined, key: string): Binding | undefined {
  const at = (where: KeyPlace): Binding | undefined =>
    keymap.bindings.find((binding) => binding.key === key && binding.place === where);
  return (place === undefined ? undefined : at(place)) ?? at('everywhere');
}

/** The keys of a command, as shown in palette and help; each once. */
export function keysOf(keymap: Keymap, commandId: string): readonly string[] {
  return [
    ...new Set(keymap.bindings.filter(({ command }) => command.id === commandId).map(({ key }) => key)),
  ];
}

function wantedKeys(command: Command, own: readonly string[] | undefined): Binding[] {
  const declared = command.keys ?? [];
  if (own === undefined) {
    return declared.flatMap(({ key, places }) => places.map((place) => ({ key, place, command })));
  }
  const places = [...new Set(declared.flatMap((binding) => binding.places))];
  const where: readonly KeyPlace[] = places.length > 0 ? places : ['everywhere'];
  return own.flatMap((key) => where.map((place) => ({ key, place, command })));
}
