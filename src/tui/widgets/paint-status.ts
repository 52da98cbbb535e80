import { buildFraction } from '../../app/jobs/build-progress.ts';
import type { Job } from '../../app/jobs/job.ts';
import { transferFraction } from '../../app/jobs/transfer-progress.ts';
import { type CellGrid, drawText } from '../paint/cell-grid.ts';
import { shorten } from '../paint/fit.ts';
import { textWidth } from '../paint/grapheme.ts';
import type { Styles } from '../theme/resolve-styles.ts';
import type { Message } from '../view/view-state.ts';
import { paintBar } from './paint-bar.ts';

export interface StatusInput {
  readonly message: Message | undefined;
  /** Those that run, the oldest first. */
  readonly jobs: readonly Job[];
  readonly styles: Styles;
}

const marks = { success: '✓', info: '·', warning: '!', danger: '✗' } as const;
const barColumns = 16;

/** The line above the footer: what was said last at the left, what runs at the right. */
export function paintStatus(grid: CellGrid, { message, jobs, styles }: StatusInput): void {
  const right = paintJobs(grid, jobs, styles);
  if (message === undefined) return;
  const tone = { success: styles.success, info: styles.info, warning: styles.warning, danger: styles.danger };
  let at = drawText(grid, 1, 0, `${marks[message.tone]} `, tone[message.tone], right);
  const style = message.tone === 'danger' ? styles.danger : styles.text;
  at = drawText(grid, at, 0, shorten(message.text, right - at - 1), style, right);
  const room = right - at - 5;
  if (message.hint === undefined || room < 8) return;
  drawText(grid, at, 0, ` — ${shorten(message.hint, room)}`, styles.muted, right);
}

/** Returns the first column it took. */
function paintJobs(grid: CellGrid, jobs: readonly Job[], styles: Styles): number {
  const [job] = jobs;
  if (job === undefined) return grid.columns;
  const more = jobs.length > 1 ? ` +${jobs.length - 1}` : '';
  const label = shorten(job.line.replace(/^gantry /, ''), Math.max(12, Math.floor(grid.columns / 3)));
  const fraction =
    job.progress === undefined
      ? undefined
      : job.progress.kind === 'build'
        ? buildFraction(job.progress)
        : transferFraction(job.progress);
  const bar = fraction === undefined ? 0 : barColumns + 1;
  const width = 2 + textWidth(label) + 1 + bar + textWidth(more) + 1;
  const from = Math.max(0, grid.columns - width);
  let at = drawText(grid, from, 0, '↻ ', styles.accent);
  at = drawText(grid, at, 0, label, styles.muted) + 1;
  if (fraction !== undefined) {
    paintBar(grid, { column: at, row: 0, columns: barColumns, fraction, styles });
    at += barColumns;
  }
  drawText(grid, at, 0, more, styles.muted);
  return from - 1;
}
