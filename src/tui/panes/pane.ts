import type { KeyPlace } from '../../app/commands/subject.ts';
import type { Selected } from '../../app/keymap/availability.ts';
import type { CellGrid } from '../paint/cell-grid.ts';
import type { SurfaceCursor } from '../paint/surface.ts';
import type { ListMove } from '../view/list-view.ts';
import type { PaneId } from '../view/view-state.ts';

/** What the frame of a pane says. */
export interface PaneTitle {
  readonly text: string;
  /** At the right end: counts, states. */
  readonly detail: string;
}

/**
 * The inside of one pane: what it shows, painted from stores without React. It reads state, never changes it but
 * through {@link move}.
 */
export interface Pane {
  readonly id: PaneId;
  /** Where its keys are bound. */
  readonly place: KeyPlace | undefined;
  title(): PaneTitle;
  /** All that its picture depends on: it is painted again when one of them is another object. */
  inputs(): readonly unknown[];
  paint(grid: CellGrid): SurfaceCursor | undefined;
  /** What its keys act upon. */
  selected(): Selected | undefined;
  /** Marked rows in sight of the filter: what commands for many act upon. */
  marked?(): readonly Selected[];
  /** Marks what is selected, or takes the mark away. */
  toggleMark?(): void;
  /** What is to know about a row that is no subject of a command: lines to read. */
  details?(): readonly string[] | undefined;
  move(move: ListMove): void;
  /** A click on a row of its inside, counted from 0. */
  click?(row: number): void;
  /** Rows of a page, for the paging keys. */
  pageRows(): number;
}
