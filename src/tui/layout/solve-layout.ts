import type { Rect } from '../paint/rect.ts';
import type { PaneId, SlotPaneId, TerminalPaneId } from '../view/view-state.ts';
import type { LayoutSizes } from './layout-sizes.ts';

/** What it takes to show anything. */
export const leastColumns = 40;
export const leastRows = 8;
/** What it takes to show panes beside each other; below that the one with the keys has it all. */
export const tiledColumns = 60;
export const tiledRows = 15;

/** Where everything is. Panes are given with their frames; what has no room is left out. */
export interface Layout {
  readonly header: Rect;
  readonly status: Rect;
  readonly footer: Rect;
  readonly panes: ReadonlyMap<PaneId, Rect>;
}

export interface LayoutInput {
  readonly columns: number;
  readonly rows: number;
  readonly sizes: LayoutSizes;
  readonly terminals: readonly TerminalPaneId[];
  readonly focus: PaneId;
  readonly zoomed: boolean;
  /** The list at the upper left. */
  readonly slot: SlotPaneId;
}

const chartRows = 10;
const leastPaneRows = 5;
const leastTerminalColumns = 24;

/** Shares the screen among the panes; undefined when it is too small for any layout. */
export function solveLayout(input: LayoutInput): Layout | undefined {
  const { columns, rows, sizes, focus } = input;
  if (columns < leastColumns || rows < leastRows) return undefined;
  const line = (row: number): Rect => ({ column: 0, row, columns, rows: 1 });
  const body: Rect = { column: 0, row: 1, columns, rows: rows - 3 };
  const chrome = { header: line(0), status: line(rows - 2), footer: line(rows - 1) };
  if (input.zoomed || columns < tiledColumns || rows < tiledRows)
    return { ...chrome, panes: new Map([[focus, body]]) };
  const leftColumns = Math.round(columns * sizes.left);
  const upperLeft = share(body.rows, sizes.upperLeft);
  const panes = new Map<PaneId, Rect>();
  panes.set(input.slot, { ...body, columns: leftColumns, rows: upperLeft });
  panes.set('layers', {
    ...body,
    row: body.row + upperLeft,
    columns: leftColumns,
    rows: body.rows - upperLeft,
  });
  const right: Rect = { ...body, column: leftColumns, columns: columns - leftColumns };
  for (const [id, rect] of rightColumn(right, input)) panes.set(id, rect);
  return { ...chrome, panes };
}

/** From top to bottom: containers, charts, logs, shells. What is short of room goes without charts, then without logs. */
function rightColumn(right: Rect, { sizes, terminals, focus }: LayoutInput): [PaneId, Rect][] {
  const shells = terminals.length > 0;
  const charts = sizes.charts && right.rows >= chartRows + leastPaneRows * (shells ? 3 : 2);
  const logs = !shells || right.rows >= leastPaneRows * 3;
  const rest = right.rows - (charts ? chartRows : 0);
  const upper = shells
    ? Math.max(leastPaneRows, Math.round(rest * sizes.upperRight * 0.6))
    : share(rest, sizes.upperRight);
  const lower = rest - upper;
  const shellRows = shells ? (logs ? Math.max(leastPaneRows, Math.round(lower * 0.65)) : lower) : 0;
  const placed: [PaneId, Rect][] = [];
  let { row } = right;
  const stack = (id: PaneId, rows: number): void => {
    placed.push([id, { ...right, row, rows }]);
    row += rows;
  };
  stack('containers', upper);
  if (charts) stack('charts', chartRows);
  if (logs) stack('logs', lower - shellRows);
  if (shells) placed.push(...sideBySide({ ...right, row, rows: shellRows }, terminals, focus));
  return placed;
}

/** As many shells as are usable beside each other; the focused one always, then the newest. */
function sideBySide(area: Rect, terminals: readonly TerminalPaneId[], focus: PaneId): [PaneId, Rect][] {
  const room = Math.max(1, Math.floor(area.columns / leastTerminalColumns));
  const byNeed = terminals.toReversed().toSorted((a, b) => Number(b === focus) - Number(a === focus));
  const kept = new Set(byNeed.slice(0, room));
  const shown = terminals.filter((id) => kept.has(id));
  return shown.map((id, index) => {
    const from = Math.round((area.columns * index) / shown.length);
    const to = Math.round((area.columns * (index + 1)) / shown.length);
    return [id, { ...area, column: area.column + from, columns: to - from }];
  });
}

function share(rows: number, fraction: number): number {
  return Math.min(rows - leastPaneRows, Math.max(leastPaneRows, Math.round(rows * fraction)));
}
