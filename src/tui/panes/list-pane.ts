import type { KeyPlace } from '../../app/commands/subject.ts';
import type { Selected } from '../../app/keymap/availability.ts';
import { moveSelection, scrolledTop, selectedIndex, toggleMark } from '../view/list-view.ts';
import type { ListPaneId } from '../view/view-state.ts';
import { paintNote } from '../widgets/paint-note.ts';
import { paintTable, type TableColumn } from '../widgets/paint-table.ts';
import type { Pane } from './pane.ts';
import type { PaneContext } from './pane-context.ts';

export interface ListPaneSpec<Row extends { readonly key: string }> {
  readonly id: ListPaneId;
  readonly place: KeyPlace;
  readonly name: string;
  /** How many there are without a filter; undefined until known. */
  all(): number | undefined;
  /** Must give the same object for the same state. */
  rows(filter: string): readonly Row[];
  columns(): readonly TableColumn<Row>[];
  /** More that the picture depends on. */
  inputs?(): readonly unknown[];
  detail(): string;
  selected(row: Row): Selected | undefined;
  /** Said when there are none: what is not here, what to do. */
  empty(): readonly [string, string];
}

/** A pane that is a list: selection, scrolling, filter and the words for an empty one. */
export function listPane<Row extends { readonly key: string }>(
  context: PaneContext,
  spec: ListPaneSpec<Row>,
): Pane {
  const { view } = context;
  let top = 0;
  let height = 1;
  let width = 0;
  let widths = new Map<string, number>();
  const list = () => view.state.lists[spec.id];
  const rows = () => spec.rows(list().filter);
  const keys = () => rows().map(({ key }) => key);
  const marked = () => {
    const known = list().marked;
    return known.length === 0 ? [] : rows().filter(({ key }) => known.includes(key));
  };

  return {
    id: spec.id,
    place: spec.place,
    title: () => {
      const { filter } = list();
      const filtered = filter === '' ? '' : `/${filter}  ${rows().length} of ${spec.all() ?? 0}`;
      const count = marked().length;
      const marks = count === 0 ? '' : `${count} marked · `;
      return { text: spec.name, detail: `${marks}${filter === '' ? spec.detail() : filtered}` };
    },
    inputs: () => [
      rows(),
      list(),
      spec.columns(),
      view.state.focus === spec.id,
      context.styles(),
      spec.all() === undefined,
      ...spec.empty(),
      ...(spec.inputs?.() ?? []),
    ],
    paint(grid) {
      const all = rows();
      const styles = context.styles();
      height = Math.max(1, grid.rows - 1);
      if (width !== grid.columns) widths = new Map();
      width = grid.columns;
      if (all.length === 0) {
        paintNote(grid, emptyNote(spec, list().filter, context));
        return undefined;
      }
      const selected = selectedIndex(list(), keys());
      top = scrolledTop(top, selected, height, all.length);
      const focused = view.state.focus === spec.id;
      const marks = new Set(list().marked);
      const isMarked = ({ key }: Row) => marks.has(key);
      const columns = spec.columns();
      paintTable(grid, { columns, rows: all, top, selected, focused, isMarked, widths, styles });
      return undefined;
    },
    selected() {
      const row = rows()[selectedIndex(list(), keys())];
      return row === undefined ? undefined : spec.selected(row);
    },
    marked: () => marked().flatMap((row) => spec.selected(row) ?? []),
    toggleMark() {
      view.update((state) => ({
        ...state,
        lists: { ...state.lists, [spec.id]: toggleMark(list(), keys()) },
      }));
    },
    move(move) {
      view.update((state) => ({
        ...state,
        lists: { ...state.lists, [spec.id]: moveSelection(list(), keys(), move) },
      }));
    },
    click(row) {
      // The first line names the columns.
      const key = row < 1 ? undefined : keys()[top + row - 1];
      if (key !== undefined) this.move({ key });
    },
    pageRows: () => height,
  };
}

function emptyNote<Row extends { readonly key: string }>(
  { all, empty }: ListPaneSpec<Row>,
  filter: string,
  context: PaneContext,
) {
  const styles = context.styles();
  if (all() === undefined) {
    const { problem } = context.engine.state;
    return problem === undefined
      ? [{ text: 'Loading…', style: styles.muted }]
      : [
          { text: problem.message, style: styles.danger },
          { text: problem.hint ?? 'trying again', style: styles.muted },
        ];
  }
  if (filter !== '' && (all() ?? 0) > 0) {
    return [
      { text: `Nothing matches “${filter}”`, style: styles.text },
      { text: 'esc clears the filter', style: styles.muted },
    ];
  }
  return [
    { text: empty()[0], style: styles.text },
    { text: empty()[1], style: styles.muted },
  ];
}
