import { timeLeft } from '../../app/commands/format/time-left.ts';
import { type BuildProgress, type BuildStep, buildFraction } from '../../app/jobs/build-progress.ts';
import type { Job } from '../../app/jobs/job.ts';
import {
  type LayerProgress,
  layerFraction,
  secondsLeft,
  type TransferProgress,
  transferFraction,
  transferRate,
} from '../../app/jobs/transfer-progress.ts';
import { stripControl } from '../../base/strip-control.ts';
import { type CellGrid, drawText, fillCells, putGrapheme } from '../paint/cell-grid.ts';
import { fit, shorten } from '../paint/fit.ts';
import { styledGlyphs } from '../paint/styled-text.ts';
import type { Styles } from '../theme/resolve-styles.ts';
import { sizeText } from '../view/short-text.ts';
import { paintBar } from '../widgets/paint-bar.ts';
import { paintNote } from '../widgets/paint-note.ts';
import { wrapGlyphs } from '../widgets/wrap-glyphs.ts';

export interface JobPaint {
  readonly job: Job;
  readonly bottom: number | undefined;
  readonly nowMs: number;
  readonly styles: Styles;
}

/** A build with its steps and their output, or a transfer with its layers. */
export function paintJob(grid: CellGrid, input: JobPaint): void {
  const { progress } = input.job;
  if (progress === undefined) paintNote(grid, [{ text: 'working…', style: input.styles.muted }]);
  else if (progress.kind === 'build') paintBuild(grid, progress, input);
  else paintTransfer(grid, progress, input);
  paintEnd(grid, input);
}

function paintBuild(grid: CellGrid, progress: BuildProgress, input: JobPaint): void {
  const { styles, job } = input;
  const done = progress.steps.filter(({ state }) => state === 'done' || state === 'cached').length;
  paintTotal(grid, input, buildFraction(progress), `${done}/${progress.steps.length} steps`);
  const room = job.output.length === 0 ? grid.rows - 4 : Math.max(3, Math.floor((grid.rows - 4) / 2));
  // What runs now stays in sight, with what came just before it.
  const current = progress.steps.findIndex(({ state }) => state === 'running' || state === 'failed');
  const last = current < 0 ? progress.steps.length - 1 : current + 1;
  const from = Math.max(0, Math.min(progress.steps.length - room, last - room + 2));
  const shown = progress.steps.slice(from, from + room);
  for (const [index, step] of shown.entries()) paintStep(grid, 2 + index, step, input);
  if (job.output.length === 0) return;
  const top = 2 + shown.length + 1;
  fillCells(grid, 1, top - 1, grid.columns - 2, styles.faint, '─');
  paintOutput(grid, top, grid.rows - 1 - top, input);
}

function paintStep(grid: CellGrid, row: number, step: BuildStep, { styles, nowMs }: JobPaint): void {
  const [mark, style] = stepLook(step, styles);
  drawText(grid, 1, row, `${mark} `, style);
  const time = stepTime(step, nowMs);
  const detail = step.detail === undefined ? '' : detailText(step.detail);
  const right = detail === '' ? time : `${detail}  ${time}`;
  const end = grid.columns - 2 - right.length;
  const text =
    step.state === 'waiting' ? styles.muted : step.state === 'failed' ? styles.danger : styles.text;
  drawText(grid, 3, row, shorten(step.name, end - 4), text);
  drawText(grid, end, row, right, styles.muted);
}

function stepLook({ state }: BuildStep, styles: Styles): readonly [string, Styles['text']] {
  switch (state) {
    case 'waiting':
      return ['·', styles.faint];
    case 'running':
      return ['▶', styles.accent];
    case 'cached':
      return ['=', styles.info];
    case 'done':
      return ['✓', styles.success];
    case 'failed':
      return ['✗', styles.danger];
  }
}

function stepTime({ state, startedMs, endedMs }: BuildStep, nowMs: number): string {
  if (state === 'cached') return 'cached';
  if (startedMs === undefined) return '';
  return `${Math.max(0, ((endedMs ?? nowMs) - startedMs) / 1000).toFixed(1)}s`;
}

function detailText({ label, done, total }: NonNullable<BuildStep['detail']>): string {
  return total === undefined
    ? `${label} ${sizeText(done)}`
    : `${label} ${sizeText(done)} of ${sizeText(total)}`;
}

function paintOutput(grid: CellGrid, top: number, rows: number, { job, bottom, styles }: JobPaint): void {
  const { output } = job;
  const last = Math.min(bottom ?? output.end - 1, output.end - 1);
  for (let index = 0; index < rows; index += 1) {
    const line = output.at(Math.max(output.first, last - rows + 1) + index);
    if (line === undefined) break;
    const base = line.stream === 'stderr' ? styles.logStderr : styles.muted;
    let at = 3;
    for (const { grapheme, style } of wrapGlyphs(styledGlyphs(line.text, base), grid.columns - 5)[0] ?? []) {
      at = putGrapheme(grid, at, top + index, grapheme, style);
    }
  }
}

function paintTransfer(grid: CellGrid, progress: TransferProgress, input: JobPaint): void {
  const { styles } = input;
  const over = progress.layers.filter((layer) => layerFraction(layer) === 1).length;
  const rate = input.job.state === 'running' ? transferRate(progress) : 0;
  const speed = rate === 0 ? '' : `  ${sizeText(rate)}/s`;
  paintTotal(grid, input, transferFraction(progress), `${over}/${progress.layers.length} layers${speed}`);
  const printed = Math.min(input.job.output.length, 8);
  const rows = grid.rows - 4 - (printed === 0 ? 0 : printed + 1);
  const from = Math.max(0, Math.min(progress.layers.length - rows, over - 2));
  const shown = progress.layers.slice(from, from + rows);
  for (const [index, layer] of shown.entries()) paintLayer(grid, 2 + index, layer, styles);
  if (printed > 0) paintOutput(grid, 3 + shown.length, printed, input);
}

function paintLayer(grid: CellGrid, row: number, layer: LayerProgress, styles: Styles): void {
  const fraction = layerFraction(layer);
  drawText(grid, 1, row, fraction === 1 ? '✓ ' : '· ', fraction === 1 ? styles.success : styles.accent);
  drawText(grid, 3, row, layer.layer, styles.muted);
  drawText(grid, 17, row, fit(layer.phase, 12), layer.phase === 'retrying' ? styles.warning : styles.text);
  const sizes =
    layer.totalBytes === undefined
      ? ''
      : fraction === 1
        ? sizeText(layer.totalBytes)
        : `${sizeText(layer.doneBytes)} / ${sizeText(layer.totalBytes)}`;
  const speed = speedText(layer);
  const bar = Math.max(8, grid.columns - 30 - 22 - (grid.columns < roomyColumns ? 0 : speedColumns));
  paintBar(grid, {
    column: 30,
    row,
    columns: bar,
    fraction,
    styles,
    ...(fraction === 1 && { done: styles.success }),
  });
  drawText(grid, 30 + bar, row, fit(sizes, 20, 'right'), styles.muted);
  if (grid.columns >= roomyColumns) {
    drawText(grid, 50 + bar, row, fit(speed, speedColumns, 'right'), styles.muted);
  }
}

/** From here on there is room beside the bar for how fast it goes and how long that takes. */
const roomyColumns = 90;
const speedColumns = 20;

function speedText(layer: LayerProgress): string {
  const { bytesPerSecond } = layer;
  if (bytesPerSecond === undefined) return '';
  return `${sizeText(bytesPerSecond)}/s ${timeLeft(secondsLeft(layer)).padStart(6)}`;
}

function paintTotal(grid: CellGrid, { styles, job }: JobPaint, fraction: number, count: string): void {
  const percent = `${Math.round(fraction * 100)}%`.padStart(4);
  const columns = Math.max(8, grid.columns - 2 - percent.length - count.length - 4);
  const done =
    job.state === 'failed' ? { done: styles.danger } : job.state === 'done' ? { done: styles.success } : {};
  paintBar(grid, {
    column: 1,
    row: 0,
    columns,
    fraction: job.state === 'done' ? 1 : fraction,
    styles,
    ...done,
  });
  drawText(grid, columns + 2, 0, job.state === 'done' ? '100%' : percent, styles.titleFocused);
  drawText(grid, columns + 4 + percent.length, 0, count, styles.muted);
}

/** How it ended, in the last line. */
function paintEnd(grid: CellGrid, { job, styles }: JobPaint): void {
  const row = grid.rows - 1;
  const room = grid.columns - 4;
  const took = (((job.endedMs ?? job.startedMs) - job.startedMs) / 1000).toFixed(1);
  if (job.state === 'done') drawText(grid, 1, row, `✓ done in ${took}s`, styles.success);
  if (job.state === 'cancelled') drawText(grid, 1, row, '! cancelled', styles.warning);
  if (job.state === 'failed')
    drawText(grid, 1, row, shorten(`✗ ${oneLine(job.error?.message)}`, room), styles.danger);
}

function oneLine(text = ''): string {
  return stripControl(text).replace(/\s*\n\s*/g, ' · ');
}
