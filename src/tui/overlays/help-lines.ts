import type { KeyPlace } from '../../app/commands/subject.ts';
import type { Keymap } from '../../app/keymap/keymap.ts';

/** One row of the help: a heading, or keys and what they do. */
export type HelpLine =
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'keys'; readonly keys: string; readonly summary: string; readonly verb: string }
  | { readonly kind: 'blank' };

const places: readonly (readonly [KeyPlace, string])[] = [
  ['images', 'Images'],
  ['containers', 'Containers'],
  ['layers', 'Layers'],
  ['logs', 'Log'],
  ['volumes', 'Volumes'],
  ['networks', 'Networks'],
  ['everywhere', 'Everywhere'],
];

/** Every key, place by place, made from the declarations; the place that is focused first. */
export function helpLines(keymap: Keymap, focused: KeyPlace | undefined): readonly HelpLine[] {
  const ordered = places.toSorted((a, b) => Number(b[0] === focused) - Number(a[0] === focused));
  const lines = ordered.flatMap(([place, title]): HelpLine[] => {
    const rows = placeLines(keymap, place);
    return rows.length === 0 ? [] : [{ kind: 'heading', text: title }, ...rows, { kind: 'blank' }];
  });
  return [...lines, ...aboutQuestions, ...inShells];
}

const aboutQuestions: readonly HelpLine[] = [
  { kind: 'heading', text: 'Questions' },
  {
    kind: 'keys',
    keys: 'y n',
    summary: 'Asked before what cannot be undone: rm, rmi, prune, kill',
    verb: '',
  },
  { kind: 'keys', keys: '', summary: 'Not before what can: stop, start, restart, pause', verb: '' },
  { kind: 'blank' },
];

const inShells: readonly HelpLine[] = [
  { kind: 'heading', text: 'Inside a shell' },
  { kind: 'keys', keys: 'ctrl-p ctrl-q', summary: 'Leave it running and close the pane', verb: '' },
  { kind: 'keys', keys: 'f6', summary: 'Go to the next pane, the shell stays', verb: '' },
  { kind: 'keys', keys: 'alt-1 … alt-7', summary: 'Go to a pane by its number', verb: '' },
  { kind: 'keys', keys: 'shift-pageup', summary: 'Read back', verb: '' },
];

function placeLines(keymap: Keymap, place: KeyPlace): HelpLine[] {
  const rows = new Map<string, { keys: string[]; summary: string; verb: string }>();
  for (const { key, command, place: at } of keymap.bindings) {
    if (at !== place) continue;
    const row = rows.get(command.id) ?? { keys: [], summary: command.summary, verb: command.verbs[0] };
    row.keys.push(key);
    rows.set(command.id, row);
  }
  return [...rows.values()].map(({ keys, summary, verb }) => ({
    kind: 'keys',
    keys: keys.join(' '),
    summary,
    verb,
  }));
}
