import type { ListPaneId, PaneId, SlotPaneId } from './view-state.ts';

/** Whether a pane is a list, with a selection and a filter. */
export function isListPane(id: PaneId): id is ListPaneId {
  return isSlotPane(id) || id === 'containers' || id === 'layers';
}

/** Whether a pane is one of the lists that share the upper left of the screen. */
export function isSlotPane(id: PaneId): id is SlotPaneId {
  return id === 'images' || id === 'volumes' || id === 'networks';
}
