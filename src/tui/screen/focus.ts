import { solveLayout, tiledColumns, tiledRows } from '../layout/solve-layout.ts';
import { isSlotPane } from '../view/is-list-pane.ts';
import type { PaneId, ViewState } from '../view/view-state.ts';
import type { Screen } from './screen.ts';

/** Gives the keys to a pane. A zoomed pane hands the whole screen on. */
export function focusPane(screen: Screen, focus: PaneId): void {
  screen.view.update((state) => {
    const slot = isSlotPane(focus) ? focus : state.slot;
    return state.focus === focus && state.slot === slot ? state : { ...state, focus, slot };
  });
}

/** The next pane on the screen, or the one before, around the ends. */
export function focusNext(screen: Screen, by: 1 | -1): void {
  screen.view.update((state) => {
    const panes = order(state);
    const at = panes.indexOf(state.focus);
    const focus = panes[(at + by + panes.length) % panes.length];
    return focus === undefined ? state : { ...state, focus };
  });
}

/** In the order of their numbers; charts have nothing to do there. */
function order(state: ViewState): readonly PaneId[] {
  const columns = Math.max(state.columns, tiledColumns);
  const rows = Math.max(state.rows, tiledRows);
  const layout = solveLayout({ ...state, columns, rows, zoomed: false });
  const shown = layout === undefined ? [] : [...layout.panes.keys()];
  const wanted: readonly PaneId[] = [state.slot, 'containers', 'layers', 'logs', ...state.terminals];
  return wanted.filter((id) => shown.includes(id));
}
