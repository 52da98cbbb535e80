import { isListPane, isSlotPane } from '../view/is-list-pane.ts';
import type { ViewState } from '../view/view-state.ts';
import type { Screen } from './screen.ts';

/** Takes back, one at a time, what narrows the view: marks, a filter, a search, a scrolled log, a zoom. */
export function goBack(screen: Screen): void {
  const { focus, lists } = screen.view.state;
  if (isListPane(focus) && lists[focus].marked.length === 0 && lists[focus].filter !== '') {
    screen.files.change((before) => ({ ...before, filters: { ...before.filters, [focus]: '' } }));
  }
  screen.view.update(oneStepBack);
}

function oneStepBack(state: ViewState): ViewState {
  const { focus, lists, logs } = state;
  if (isListPane(focus)) {
    const list = lists[focus];
    if (list.marked.length > 0) return { ...state, lists: { ...lists, [focus]: { ...list, marked: [] } } };
    if (list.filter !== '') return { ...state, lists: { ...lists, [focus]: { ...list, filter: '' } } };
  }
  if (focus === 'logs' && logs.search !== '')
    return { ...state, logs: { ...logs, search: '', hit: undefined } };
  if (focus === 'logs' && logs.bottom !== undefined)
    return { ...state, logs: { ...logs, bottom: undefined } };
  if (state.zoomed) return { ...state, zoomed: false };
  // The lists behind the images are places one comes back from.
  return isSlotPane(focus) ? { ...state, focus: 'images', slot: 'images' } : state;
}
