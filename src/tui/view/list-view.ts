import type { ListView } from './view-state.ts';

/** Where to go in a list. */
export type ListMove = { readonly by: number } | { readonly to: 'first' | 'last' } | { readonly key: string };

/** Index of the selected row among the keys of all rows; -1 in an empty list. A row that has gone gives its place up. */
export function selectedIndex(view: ListView, keys: readonly string[]): number {
  if (keys.length === 0) return -1;
  const known = view.selected === undefined ? -1 : keys.indexOf(view.selected);
  return known >= 0 ? known : Math.min(view.index, keys.length - 1);
}

export function moveSelection(view: ListView, keys: readonly string[], move: ListMove): ListView {
  const index = target(view, keys, move);
  const selected = keys[index];
  return selected === undefined || (selected === view.selected && index === view.index)
    ? view
    : { ...view, selected, index };
}

/** The selected row marked, or not any more, and the next one selected. Marks of rows that have gone are forgotten. */
export function toggleMark(view: ListView, keys: readonly string[]): ListView {
  const key = keys[selectedIndex(view, keys)];
  if (key === undefined) return view;
  const known = view.marked.filter((marked) => keys.includes(marked));
  const marked = known.includes(key) ? known.filter((other) => other !== key) : [...known, key];
  return moveSelection({ ...view, marked }, keys, { by: 1 });
}

/** The first row to show so that the selected one is in sight, moving as little as possible. */
export function scrolledTop(top: number, index: number, height: number, length: number): number {
  const most = Math.max(0, length - height);
  const atLeast = index - height + 1;
  return Math.max(0, Math.min(most, Math.max(atLeast, Math.min(top, Math.max(0, index)))));
}

function target(view: ListView, keys: readonly string[], move: ListMove): number {
  if ('key' in move) return keys.indexOf(move.key);
  if ('to' in move) return move.to === 'first' ? 0 : keys.length - 1;
  return Math.max(0, Math.min(keys.length - 1, selectedIndex(view, keys) + move.by));
}
