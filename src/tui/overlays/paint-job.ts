import { timeLeft } from '../../app/commands/format/time-left.ts';
import { failedStep } from '../../app/commands/image/step-shell.ts';
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
import { type StyledGlyph, styledGlyphs } from '../paint/styled-text.ts';
import { wrapWords } from '../paint/wrap-words.ts';
import type { Styles } from '../theme/resolve-styles.ts';
import { sizeText } from '../view/short-text.ts';
import { paintBar } from '../widgets/paint-bar.ts';
import { type NoteLine, paintNote } from '../widgets/paint-note.ts';
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
  const end = endLines(grid, input);
  const rows = grid.rows - end.length;
  if (progress === undefined) paintNote(grid, [{ text: 'working…', style: input.styles.muted }]);
  else if (progress.kind === 'build') paintBuild(grid, rows, progress, input);
  else paintTransfer(grid, rows, progress, input);
  for (const [index, { text, style }] of end.entries()) drawText(grid, 1, rows + index, text, style);
}

/** In the upper `rows` of the grid. */
function paintBuild(grid: CellGrid, rows: number, progress: BuildProgress, input: JobPaint): void {
  const { styles, job } = input;
  const done = progress.steps.filter(({ state }) => state === 'done' || state === 'cached').length;
  paintTotal(grid, input, buildFraction(progress), `${done}/${progress.steps.length} steps`);
  const warnings = warningLines(progress, rows);
  const free = rows - 3 - (warnings.length === 0 ? 0 : warnings.length + 1);
  const room = job.output.length === 0 ? free : Math.max(3, Math.floor(free / 2));
  // What runs now stays in sight, with what came just before it.
  const current = progress.steps.findIndex(({ state }) => state === 'running' || state === 'failed');
  const last = current < 0 ? progress.steps.length - 1 : current + 1;
  const from = Math.max(0, Math.min(progress.steps.length - room, last - room + 2));
  const shown = progress.steps.slice(from, from + room);
  for (const [index, step] of shown.entries()) paintStep(grid, 2 + index, step, input);
  let top = 2 + shown.length + 1;
  for (const [index, line] of warnings.entries()) {
    drawText(grid, 1, top + index, shorten(line, grid.columns - 3), styles.warning);
  }
  if (warnings.length > 0) top += warnings.length + 1;
  if (job.output.length === 0) return;
  fillCells(grid, 1, top - 1, grid.columns - 2, styles.faint, '─');
  paintOutput(grid, top, rows - top, input);
}

/** What is doubtful in the Dockerfile, as far as a quarter of the overlay holds it. */
function warningLines({ warnings }: BuildProgress, rows: number): readonly string[] {
  const room = Math.max(2, Math.floor(rows / 4));
  if (warnings.length <= room) return warnings.map((warning) => `! ${warning}`);
  const shown = warnings.slice(0, room - 1).map((warning) => `! ${warning}`);
  return [...shown, `  and ${warnings.length - shown.length} more: build --check shows all`];
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

/** The output up to a line, long lines in several rows. */
function paintOutput(grid: CellGrid, top: number, rows: number, { job, bottom, styles }: JobPaint): void {
  const { output } = job;
  const shown: (readonly StyledGlyph[])[] = [];
  let number = Math.min(bottom ?? output.end - 1, output.end - 1);
  for (; shown.length < rows; number -= 1) {
    const line = output.at(number);
    if (line === undefined) break;
    const base = line.stream === 'stderr' ? styles.logStderr : styles.muted;
    shown.unshift(...wrapGlyphs(styledGlyphs(line.text, base), grid.columns - 5));
  }
  for (const [index, glyphs] of shown.slice(-Math.max(1, rows)).entries()) {
    let at = 3;
    for (const { grapheme, style } of glyphs) at = putGrapheme(grid, at, top + index, grapheme, style);
  }
}

function paintTransfer(grid: CellGrid, end: number, told: TransferProgress, input: JobPaint): void {
  const { styles } = input;
  // Of what turned out to be needed no more the rest is never told.
  const progress = input.job.state === 'done' ? allDone(told) : told;
  const over = progress.layers.filter((layer) => layerFraction(layer) === 1).length;
  const rate = input.job.state === 'running' ? transferRate(progress) : 0;
  const speed = rate === 0 ? '' : `  ${sizeText(rate)}/s`;
  paintTotal(grid, input, transferFraction(progress), `${over}/${progress.layers.length} layers${speed}`);
  const printed = Math.min(input.job.output.length, 8);
  const rows = end - 3 - (printed === 0 ? 0 : printed + 1);
  const from = Math.max(0, Math.min(progress.layers.length - rows, over - 2));
  const shown = progress.layers.slice(from, from + rows);
  for (const [index, layer] of shown.entries()) paintLayer(grid, 2 + index, layer, styles);
  if (printed > 0) paintOutput(grid, 3 + shown.length, printed, input);
}

function allDone(progress: TransferProgress): TransferProgress {
  const layers = progress.layers.map((layer): LayerProgress => {
    return layerFraction(layer) === 1 ? layer : { ...layer, phase: 'done', bytesPerSecond: undefined };
  });
  return { ...progress, layers };
}

function paintLayer(grid: CellGrid, row: number, layer: LayerProgress, styles: Styles): void {
  const fraction = layerFraction(layer);
  drawText(grid, 1, row, fraction === 1 ? '✓ ' : '· ', fraction === 1 ? styles.success : styles.accent);
  drawText(grid, 3, row, layer.layer, styles.muted);
  drawText(grid, 17, row, fit(layer.phase, 12), layer.phase === 'retrying' ? styles.warning : styles.text);
  const sizes =
    layer.totalBytes === undefined
      ? layer.doneBytes === 0
        ? ''
        : sizeText(layer.doneBytes)
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

/** How it ended, at the bottom: as many lines as an error needs to be read whole, within reason. */
function endLines(grid: CellGrid, { job, styles }: JobPaint): readonly NoteLine[] {
  const took = (((job.endedMs ?? job.startedMs) - job.startedMs) / 1000).toFixed(1);
  const width = grid.columns - 4;
  const lines = (text: string, style: NoteLine['style']): NoteLine[] =>
    wrapWords(stripControl(text), width).map((line) => ({ text: line, style }));
  switch (job.state) {
    case 'running':
      return [{ text: '', style: styles.text }];
    case 'done':
      return [{ text: `✓ done in ${took}s`, style: styles.success }];
    case 'cancelled':
      return [{ text: '! cancelled', style: styles.warning }];
    case 'failed': {
      const { message = 'it failed', hint: said } = job.error ?? {};
      const hint =
        failedStep(job.error) === undefined ? said : 'e opens a shell in the state before the step';
      const all = message.split('\n').flatMap((line) => lines(line, styles.danger));
      const [first, ...rest] = [...all, ...(hint === undefined ? [] : lines(hint, styles.muted))];
      const shown = [{ text: `✗ ${first?.text ?? ''}`, style: styles.danger }, ...rest];
      return shown.slice(0, Math.max(1, Math.floor(grid.rows / 2)));
    }
  }
}
