import type { Job } from '../../app/jobs/job.ts';
import { sanitiseLine } from '../../app/state/sanitise-line.ts';
import type { InputEvent, KeyEvent } from '../input/input-event.ts';
import { confirmRows } from '../overlays/confirm-rows.ts';
import { helpLines } from '../overlays/help-lines.ts';
import type { Overlay, OverlayOf } from '../overlays/overlay.ts';
import { confirmItemRows, overlayRect } from '../overlays/overlay-rect.ts';
import { paletteItems } from '../overlays/palette-items.ts';
import { viewerMargin, viewerRows } from '../overlays/viewer-rows.ts';
import { plainText } from '../paint/styled-text.ts';
import { copyText } from './copy.ts';
import { formKey } from './forms.ts';
import { invoke } from './invoke.ts';
import { changeOverlay, closeOverlay, openOverlay, openViewer, topOverlay } from './overlays.ts';
import { say } from './say.ts';
import { focusedPane, type Screen } from './screen.ts';
import { shellBeforeFailure } from './step-shell.ts';
import { typeInto } from './type-into.ts';

/** A key or a paste while an overlay has the keys. */
export function overlayInput(screen: Screen, overlay: Overlay, event: InputEvent): void {
  if (event.kind !== 'key') {
    if (overlay.kind === 'form' || overlay.kind === 'palette') typeInto(screen, event);
    return;
  }
  if (event.name === 'esc' || (event.name === 'q' && overlay.kind !== 'form' && overlay.kind !== 'palette')) {
    closeOverlay(screen);
    return;
  }
  switch (overlay.kind) {
    case 'help':
      scroll(screen, overlay, event, helpLines(screen.keymap, focusedPane(screen)?.place).length);
      return;
    case 'viewer':
      viewerKey(screen, overlay, event);
      return;
    case 'confirm':
      confirmKey(screen, overlay, event);
      return;
    case 'palette':
      paletteKey(screen, overlay, event);
      return;
    case 'form':
      formKey(screen, overlay, event);
      return;
    case 'jobs':
      jobsKey(screen, overlay, event);
      return;
    case 'job':
      jobKey(screen, overlay, event);
      return;
  }
}

/** How far a key goes in a long text; undefined: it is not a moving key. */
function movement(name: string, page: number): number | undefined {
  switch (name) {
    case 'j':
    case 'down':
      return 1;
    case 'k':
    case 'up':
      return -1;
    case 'pagedown':
    case 'space':
    case 'ctrl-f':
      return page;
    case 'pageup':
    case 'ctrl-u':
      return -page;
    case 'g':
    case 'home':
      return Number.NEGATIVE_INFINITY;
    case 'G':
    case 'end':
      return Number.POSITIVE_INFINITY;
    default:
      return undefined;
  }
}

function scroll(
  screen: Screen,
  overlay: OverlayOf<'help' | 'viewer'>,
  event: KeyEvent,
  length: number,
): void {
  const height = pageOf(screen, overlay);
  const by = movement(event.name, height - 1);
  if (by === undefined) return;
  changeOverlay(screen, { ...overlay, top: Math.max(0, Math.min(length - height, overlay.top + by)) });
}

function viewerKey(screen: Screen, overlay: OverlayOf<'viewer'>, event: KeyEvent): void {
  const { columns, rows } = screen.view.state;
  const width = overlayRect(overlay, columns, rows).columns - viewerMargin;
  const shift = { left: -8, h: -8, right: 8, l: 8 }[event.name];
  if (event.name === 'y') {
    copyText(screen, overlay.lines.map(plainText).join('\n'), `${overlay.lines.length} lines`);
  } else if (event.name === 'i' && overlay.document !== undefined) {
    overlay.document();
  } else if (event.name === 'w') {
    changeOverlay(screen, { ...overlay, wrap: !overlay.wrap, shift: 0, top: 0 });
  } else if (shift !== undefined) {
    if (!overlay.wrap) changeOverlay(screen, { ...overlay, shift: Math.max(0, overlay.shift + shift) });
  } else scroll(screen, overlay, event, viewerRows(overlay, width).length);
}

function pageOf(screen: Screen, overlay: Overlay): number {
  const { columns, rows } = screen.view.state;
  return overlayRect(overlay, columns, rows).rows - 2;
}

function confirmKey(screen: Screen, overlay: OverlayOf<'confirm'>, event: KeyEvent): void {
  if (event.name === 'y') overlay.accept();
  else if (event.name === 'n') closeOverlay(screen);
  else {
    const { items } = confirmRows(overlay.question, screen.view.state.columns);
    const height = confirmItemRows;
    const by = movement(event.name, height);
    const top = Math.max(0, Math.min(items.length - height, overlay.top + (by ?? 0)));
    if (by !== undefined) changeOverlay(screen, { ...overlay, top });
  }
}

function paletteKey(screen: Screen, overlay: OverlayOf<'palette'>, event: KeyEvent): void {
  const items = paletteItems(screen.commands, overlay.query);
  const to = (by: number): number => Math.max(0, Math.min(items.length - 1, overlay.index + by));
  switch (event.name) {
    case 'down':
    case 'ctrl-n':
    case 'tab':
      changeOverlay(screen, { ...overlay, index: to(1) });
      return;
    case 'up':
    case 'shift-tab':
      changeOverlay(screen, { ...overlay, index: to(-1) });
      return;
    case 'ctrl-u':
      changeOverlay(screen, { ...overlay, query: '', index: 0 });
      return;
    case 'enter': {
      const command = items[overlay.index];
      closeOverlay(screen);
      if (command !== undefined) invoke(screen, command);
      return;
    }
    default:
      typeInto(screen, event);
  }
}

/** The text of the palette's field is another one. */
export function paletteTyped(screen: Screen, query: string): void {
  const overlay = topOverlay(screen);
  if (overlay?.kind === 'palette' && query !== overlay.query)
    changeOverlay(screen, { ...overlay, query, index: 0 });
}

function jobsKey(screen: Screen, overlay: OverlayOf<'jobs'>, event: KeyEvent): void {
  const jobs = screen.jobs.state.jobs.toReversed();
  const job = jobs[overlay.index];
  const by = movement(event.name, 10);
  if (by !== undefined) {
    changeOverlay(screen, { ...overlay, index: Math.max(0, Math.min(jobs.length - 1, overlay.index + by)) });
  } else if (job !== undefined && event.name === 'y') {
    copyText(screen, job.line);
  } else if (job !== undefined && event.name === 'x') {
    screen.runner.cancel(job.id);
  } else if (job !== undefined && event.name === 'enter') {
    lookAt(screen, job);
  }
}

/** The progress a job had, or what it printed and what went wrong. */
function lookAt(screen: Screen, job: Job): void {
  if (job.progress !== undefined) {
    openOverlay(screen, { kind: 'job', jobId: job.id, bottom: undefined });
    return;
  }
  const { output, error } = job;
  const printed = Array.from(
    { length: output.length },
    (_, index) => output.at(output.first + index)?.text ?? '',
  );
  const wrong = error === undefined ? [] : [error.message, error.hint ?? ''].map(sanitiseLine);
  const lines = [...printed, ...wrong];
  if (lines.length > 0) openViewer(screen, job.line, lines);
  else say(screen, 'info', `${job.line} printed nothing`);
}

function jobKey(screen: Screen, overlay: OverlayOf<'job'>, event: KeyEvent): void {
  const job = screen.jobs.state.jobs.find(({ id }) => id === overlay.jobId);
  if (job === undefined) return;
  if (event.name === 'ctrl-c' || event.name === 'x') {
    screen.runner.cancel(job.id);
    return;
  }
  if (event.name === 'enter') {
    closeOverlay(screen);
    return;
  }
  if (event.name === 'e' && job.progress?.kind === 'build' && job.state === 'failed') {
    shellBeforeFailure(screen, job);
    return;
  }
  const by = movement(event.name, pageOf(screen, overlay) - 1);
  if (by === undefined) return;
  const { first, end } = job.output;
  const bottom = Math.max(first, (overlay.bottom ?? end - 1) + by);
  changeOverlay(screen, { ...overlay, bottom: bottom >= end - 1 ? undefined : bottom });
}
