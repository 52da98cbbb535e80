import type { LogLine } from '../../app/state/log-line.ts';
import type { LogRing } from '../../app/state/log-ring.ts';
import type { ContainerSummary } from '../../engine/containers.ts';
import { type CellGrid, drawText, putGrapheme } from '../paint/cell-grid.ts';
import { mergeStyle } from '../paint/cell-style.ts';
import { plainText, type StyledGlyph, styledGlyphs } from '../paint/styled-text.ts';
import type { Styles } from '../theme/resolve-styles.ts';
import { findMatches } from '../view/find-matches.ts';
import type { LogsView } from '../view/view-state.ts';
import { paintNote } from '../widgets/paint-note.ts';
import { paintScrollbar } from '../widgets/paint-scrollbar.ts';
import { wrapGlyphs } from '../widgets/wrap-glyphs.ts';
import type { Pane } from './pane.ts';
import type { PaneContext } from './pane-context.ts';

/** The log the pane shows, as the follower keeps it. */
export interface ShownLog {
  readonly container: ContainerSummary;
  readonly ring: LogRing;
  /** Another number after every change of the ring. */
  readonly revision: number;
  /** Why it cannot be read. */
  readonly problem: string | undefined;
}

const timeColumns = 13;

const followState: Readonly<Record<ContainerSummary['state'], string>> = {
  running: 'following',
  paused: 'paused',
  restarting: 'restarting',
  created: 'not started',
  removing: 'ended',
  exited: 'ended',
  dead: 'ended',
};

/** The output of the selected container, newest at the bottom. */
export function logsPane(context: PaneContext, shown: () => ShownLog | undefined): Pane {
  const { view } = context;
  let height = 1;

  const scroll = (logs: LogsView, bottom: number): LogsView => {
    const ring = shown()?.ring;
    if (ring === undefined) return logs;
    const least = Math.min(ring.end - 1, ring.first + Math.max(0, height - 1));
    return { ...logs, bottom: bottom >= ring.end - 1 ? undefined : Math.max(least, bottom) };
  };

  return {
    id: 'logs',
    place: 'logs',
    title: () => {
      const log = shown();
      if (log === undefined) return { text: '4 Logs', detail: '' };
      const { bottom, search } = view.state.logs;
      const below = bottom === undefined ? 0 : log.ring.end - 1 - bottom;
      const state = below > 0 ? `${below} more below` : followState[log.container.state];
      return {
        text: `4 Logs · ${log.container.name}`,
        detail: search === '' ? state : `/${search}  ${state}`,
      };
    },
    inputs: () => {
      const log = shown();
      // What an empty log says depends on its container.
      const empty = log?.ring.length === 0 ? `${log.container.name} ${log.container.state}` : '';
      return [log?.ring, log?.revision, log?.problem, empty, view.state.logs, context.styles()];
    },
    paint(grid) {
      height = Math.max(1, grid.rows);
      const log = shown();
      const styles = context.styles();
      if (log === undefined || log.ring.length === 0) paintNote(grid, emptyNote(log, styles));
      else paintLines(grid, log.ring, view.state.logs, styles);
      return undefined;
    },
    selected() {
      const log = shown();
      return log === undefined ? undefined : { kind: 'container', subject: log.container };
    },
    move(move) {
      view.update((state) => {
        const ring = shown()?.ring;
        if (ring === undefined || 'key' in move) return state;
        const at = state.logs.bottom ?? ring.end - 1;
        const bottom = 'to' in move ? (move.to === 'first' ? ring.first : ring.end) : at + move.by;
        return { ...state, logs: scroll(state.logs, bottom) };
      });
    },
    pageRows: () => height,
  };
}

function emptyNote(log: ShownLog | undefined, styles: Styles) {
  if (log === undefined) return [{ text: 'Select a container to read its log', style: styles.muted }];
  if (log.problem !== undefined) return [{ text: log.problem, style: styles.danger }];
  const { name, state } = log.container;
  return [
    { text: `${name} has written nothing yet`, style: styles.text },
    { text: state === 'running' ? 'new lines show here at once' : 'it is not running', style: styles.muted },
  ];
}

/** From the bottom up, as many lines as fit. */
function paintLines(grid: CellGrid, ring: LogRing, logs: LogsView, styles: Styles): void {
  const width = grid.columns - 2;
  const indent = logs.timestamps ? timeColumns : 0;
  const bottom = Math.min(logs.bottom ?? ring.end - 1, ring.end - 1);
  let row = grid.rows;
  for (let number = bottom; row > 0; number -= 1) {
    const line = ring.at(number);
    if (line === undefined) break;
    const glyphs = highlighted(line, logs, number === logs.hit, styles);
    const rows = logs.wrap
      ? wrapGlyphs(glyphs, width - indent)
      : [cutShift(glyphs, logs.shift, width - indent)];
    row -= rows.length;
    for (const [index, part] of rows.entries()) paintGlyphs(grid, 1 + indent, row + index, part);
    if (indent > 0) drawText(grid, 1, row, line.time.slice(11, 23), styles.logTime);
  }
  // A log shorter than the pane starts at the top.
  if (row > 0) liftRows(grid, row);
  paintScrollbar(grid, {
    row: 0,
    rows: grid.rows,
    top: Math.max(0, bottom - ring.first - grid.rows + 1),
    length: ring.length,
    styles,
  });
}

function highlighted(
  line: LogLine,
  logs: LogsView,
  current: boolean,
  styles: Styles,
): readonly StyledGlyph[] {
  const glyphs = styledGlyphs(line.text, line.stream === 'stderr' ? styles.logStderr : styles.text);
  const matches = findMatches(plainText(line.text), logs.search);
  if (matches.length === 0) return glyphs;
  const look = current ? styles.matchCurrent : styles.match;
  return glyphs.map((glyph) =>
    matches.some(({ from, to }) => glyph.offset >= from && glyph.offset < to)
      ? { ...glyph, style: mergeStyle(glyph.style, look) }
      : glyph,
  );
}

function cutShift(glyphs: readonly StyledGlyph[], shift: number, width: number): readonly StyledGlyph[] {
  return wrapGlyphs(glyphs.slice(shift), width)[0] ?? [];
}

function paintGlyphs(grid: CellGrid, column: number, row: number, glyphs: readonly StyledGlyph[]): void {
  let at = column;
  for (const { grapheme, style } of glyphs) at = putGrapheme(grid, at, row, grapheme, style);
}

function liftRows(grid: CellGrid, by: number): void {
  const from = by * grid.columns;
  grid.glyphs.copyWithin(0, from);
  grid.fg.copyWithin(0, from);
  grid.bg.copyWithin(0, from);
  grid.attributes.copyWithin(0, from);
  const rest = grid.glyphs.length - from;
  grid.glyphs.fill(' ', rest);
  grid.fg.fill(0, rest);
  grid.bg.fill(0, rest);
  grid.attributes.fill(0, rest);
}
