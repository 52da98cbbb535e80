import type { ListPaneId, PaneId } from './view-state.ts';

/** Whether a pane is a list, with a selection and a filter. */
export function isListPane(id: PaneId): id is ListPaneId {
  return id === 'images' || id === 'containers' || id === 'layers';
}
