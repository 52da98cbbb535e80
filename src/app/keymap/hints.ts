import type { Capabilities } from '../../engine/capabilities.ts';
import type { Command } from '../commands/define-command.ts';
import type { KeyPlace } from '../commands/subject.ts';
import { type Selected, whyNot } from './availability.ts';
import type { Keymap } from './keymap.ts';

/** One key of the footer. */
export interface Hint {
  readonly key: string;
  readonly label: string;
  readonly commandId: string;
  /** Why it is greyed; undefined: it works. */
  readonly reason: string | undefined;
}

/** What people do most comes first; the rest follows in the order of declaration. */
const prominent: readonly string[] = [
  'container.run',
  'image.build',
  'image.pull',
  'image.push',
  'image.remove',
  'image.prune',
  'container.stop',
  'container.start',
  'container.shell',
  'container.logs',
  'container.restart',
  'container.remove',
  'search.open',
  'search.next',
  'logs.wrap',
  'logs.timestamps',
];

/** The keys of a place, its own first, each command once, as the footer shows them. */
export function hintsFor(
  keymap: Keymap,
  place: KeyPlace | undefined,
  capabilities: Capabilities,
  selected: Selected | undefined,
): readonly Hint[] {
  const hints = new Map<string, Hint>();
  const own = keymap.bindings
    .filter((binding) => binding.place === place)
    .toSorted((a, b) => rank(a.command) - rank(b.command));
  const global = keymap.bindings.filter((binding) => binding.place === 'everywhere');
  for (const { key, command } of [...own, ...global]) {
    if (hints.has(command.id)) continue;
    const reason = whyNot(command, capabilities, selected);
    hints.set(command.id, { key, label: hintLabel(command), commandId: command.id, reason });
  }
  return [...hints.values()];
}

function rank({ id }: Command): number {
  const index = prominent.indexOf(id);
  return index < 0 ? prominent.length : index;
}

/** What a command does in one word: `stop`, `prune`. */
export function hintLabel(command: Command): string {
  const [first] = command.verbs;
  return first.split(' ').at(-1) ?? first;
}
