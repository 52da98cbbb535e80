import { createRequire } from 'node:module';
import { PassThrough, Writable } from 'node:stream';
import { type CellGrid, drawText } from '../paint/cell-grid.ts';
import type { CellStyle } from '../paint/cell-style.ts';

export interface LineChart {
  /** Where in the grid. */
  readonly column: number;
  readonly row: number;
  readonly columns: number;
  readonly rows: number;
  /** Oldest first, drawn from the left. */
  readonly values: readonly number[];
  /** How many values the whole width has room for. */
  readonly span: number;
  /** The upper end of the scale; the lower one is 0. */
  readonly most: number;
  readonly line: CellStyle;
  readonly axis: CellStyle;
}

/** Draws charts of blessed-contrib on a screen nobody sees, and copies them out cell by cell. */
export interface ChartHost {
  draw(grid: CellGrid, chart: LineChart): void;
}

/** What of blessed and blessed-contrib is used here; neither has types. */
interface Blessed {
  program(options: object): object;
  screen(options: object): BlessedScreen;
}
interface BlessedScreen {
  /** Rows of `[attributes, character]`. */
  readonly lines: readonly (readonly (readonly [number, string])[])[];
  append(widget: object): void;
  remove(widget: object): void;
  render(): void;
}
interface LineWidget {
  setData(
    data: readonly { readonly title: string; readonly x: readonly string[]; readonly y: readonly number[] }[],
  ): void;
}

const hidden = { columns: 240, rows: 40 };
/** Cells the widget leaves for a border and for labels below its axis: outside of what is copied. */
const margin = { columns: 6, rows: 4 };
/** The colours asked of the widget, by which its parts are told apart. */
const lineColour = 1;
const processEvents = ['uncaughtException', 'SIGINT', 'SIGTERM', 'SIGQUIT', 'exit'] as const;

/**
 * Loads the charts: some 80 ms, so only when the first one is shown. blessed takes a hold of the process (signals,
 * exceptions, exit), which is undone at once: the terminal is not its own.
 */
export function loadChartHost(): ChartHost {
  const listeners = processEvents.map(
    (event) => [event, new Set(process.listeners(event as 'exit'))] as const,
  );
  const require = createRequire(import.meta.url);
  const blessed = require('blessed') as Blessed;
  const Line = require('blessed-contrib/lib/widget/charts/line') as new (options: object) => LineWidget;
  const program = blessed.program({
    input: fakeInput(),
    output: fakeOutput(),
    // A terminal description of its own, whatever TERM says.
    terminal: require.resolve('blessed/usr/xterm-256color'),
    tput: true,
  });
  const screen = blessed.screen({ program, forceUnicode: true });
  for (const [event, known] of listeners) {
    for (const listener of process.listeners(event as 'exit')) {
      if (!known.has(listener)) process.off(event, listener);
    }
  }
  return { draw: (grid, chart) => draw(screen, Line, grid, chart) };
}

function draw(
  screen: BlessedScreen,
  Line: new (options: object) => LineWidget,
  grid: CellGrid,
  { column, row, columns, rows, values, span, most, line, axis }: LineChart,
): void {
  if (columns + margin.columns > hidden.columns || rows + margin.rows > hidden.rows) return;
  const widget = new Line({
    left: 0,
    top: 0,
    width: columns + margin.columns,
    height: rows + margin.rows,
    style: { line: 'red', text: 'green', baseline: 'blue' },
    numYLabels: 2,
    maxY: most,
    wholeNumbersOnly: most >= 4,
    xPadding: 3,
    xLabelPadding: 1,
  });
  screen.append(widget);
  widget.setData([{ title: '', x: new Array<string>(span).fill(' '), y: values }]);
  screen.render();
  for (let y = 0; y < rows; y += 1) {
    for (let x = 0; x < columns; x += 1) {
      const [attributes, glyph] = screen.lines[y]?.[x] ?? [0, ' '];
      if (glyph === ' ' || glyph === '\u2800') continue;
      drawText(grid, column + x, row + y, glyph, ((attributes >> 9) & 0x1ff) === lineColour ? line : axis);
    }
  }
  screen.remove(widget);
}

function fakeInput(): PassThrough {
  return Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => undefined });
}

function fakeOutput(): Writable {
  const output = new Writable({ write: (_chunk, _encoding, done) => done() });
  return Object.assign(output, { isTTY: true, columns: hidden.columns, rows: hidden.rows });
}
