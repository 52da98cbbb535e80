import { buildFraction } from '../../app/jobs/build-progress.ts';
import type { Job } from '../../app/jobs/job.ts';
import { transferFraction } from '../../app/jobs/transfer-progress.ts';
import { type CellGrid, drawText } from '../paint/cell-grid.ts';
import { shorten } from '../paint/fit.ts';
import { textWidth } from '../paint/grapheme.ts';
import { wrapWords } from '../paint/wrap-words.ts';
import type { Styles } from '../theme/resolve-styles.ts';
import type { Message } from '../view/view-state.ts';
import { paintBar } from './paint-bar.ts';
import type { NoteLine } from './paint-note.ts';

export interface StatusInput {
  readonly message: Message | undefined;
  /** Those that run, the oldest first. */
  readonly jobs: readonly Job[];
  readonly styles: Styles;
}

const marks = { success: '✓', info: '·', warning: '!', danger: '✗' } as const;
const barColumns = 16;

/** A message may take so many rows: what is longer can be read in the journal. */
const mostRows = 5;

/** The rows a message needs when the terminal is `columns` wide; what runs is beside the last one. */
export function statusRows({ message, jobs, styles }: StatusInput, columns: number): number {
  if (message === undefined || fitsOneRow(message, columns - jobsColumns(jobs, columns))) return 1;
  return Math.min(mostRows, noteLines(message, columns, styles).length + (jobs.length === 0 ? 0 : 1));
}

/** The line above the footer: what was said last at the left, what runs at the right; more lines for what is long. */
export function paintStatus(grid: CellGrid, input: StatusInput): void {
  const { message, jobs, styles } = input;
  const right = paintJobs(grid, jobs, styles);
  if (message === undefined) return;
  const mark = marks[message.tone];
  const tone = { success: styles.success, info: styles.info, warning: styles.warning, danger: styles.danger };
  drawText(grid, 1, 0, mark, tone[message.tone], right);
  if (grid.rows > 1) {
    for (const [row, { text, style }] of noteLines(message, grid.columns, styles).entries())
      drawText(grid, 3, row, text, style);
    return;
  }
  const style = message.tone === 'danger' ? styles.danger : styles.text;
  const at = drawText(grid, 3, 0, shorten(message.text, right - 4), style, right);
  const room = right - at - 5;
  if (message.hint === undefined || room < 8) return;
  drawText(grid, at, 0, ` — ${shorten(message.hint, room)}`, styles.muted, right);
}

function fitsOneRow({ text, hint }: Message, columns: number): boolean {
  return 3 + textWidth(text) + (hint === undefined ? 0 : 3 + textWidth(hint)) + 1 <= columns;
}

/** The message in lines of its own, then the hint. */
function noteLines({ text, hint, tone }: Message, columns: number, styles: Styles): readonly NoteLine[] {
  const style = tone === 'danger' ? styles.danger : styles.text;
  const lines = (words: string, of: NoteLine['style']) =>
    wrapWords(words, columns - 5).map((line): NoteLine => ({ text: line, style: of }));
  return [...lines(text, style), ...(hint === undefined ? [] : lines(hint, styles.muted))];
}

/** In the last row. Returns the first column it took. */
function paintJobs(grid: CellGrid, jobs: readonly Job[], styles: Styles): number {
  const [job] = jobs;
  if (job === undefined) return grid.columns;
  const row = grid.rows - 1;
  const { label, more, fraction, width } = jobsText(job, jobs.length, grid.columns);
  const from = Math.max(0, grid.columns - width);
  let at = drawText(grid, from, row, '↻ ', styles.accent);
  at = drawText(grid, at, row, label, styles.muted) + 1;
  if (fraction !== undefined) {
    paintBar(grid, { column: at, row, columns: barColumns, fraction, styles });
    at += barColumns;
  }
  drawText(grid, at, row, more, styles.muted);
  return from - 1;
}

function jobsColumns(jobs: readonly Job[], columns: number): number {
  const [job] = jobs;
  return job === undefined ? 0 : jobsText(job, jobs.length, columns).width + 1;
}

function jobsText({ line, progress }: Job, count: number, columns: number) {
  const more = count > 1 ? ` +${count - 1}` : '';
  const label = shorten(line.replace(/^gantry /, ''), Math.max(12, Math.floor(columns / 3)));
  const fraction =
    progress === undefined
      ? undefined
      : progress.kind === 'build'
        ? buildFraction(progress)
        : transferFraction(progress);
  const bar = fraction === undefined ? 0 : barColumns + 1;
  return { label, more, fraction, width: 2 + textWidth(label) + 1 + bar + textWidth(more) + 1 };
}
