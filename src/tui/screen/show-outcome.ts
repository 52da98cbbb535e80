import type { Command } from '../../app/commands/define-command.ts';
import { alignColumns } from '../../app/commands/present/align-columns.ts';
import { documentText } from '../../app/commands/present/document-text.ts';
import { removalLines } from '../../app/commands/present/removal-lines.ts';
import { tablePrinter } from '../../app/commands/present/table-printer.ts';
import type { FinalOutcome } from '../../app/jobs/job-runner.ts';
import { sanitiseLine } from '../../app/state/sanitise-line.ts';
import { closeOverlay, feedViewer, openViewer, topOverlay } from './overlays.ts';
import { say, sayError } from './say.ts';
import type { Screen } from './screen.ts';

/** More lines than this are read in a viewer, not in the status line. */
const statusLines = 1;
const viewerLimit = 20_000;

/** What was called, and how it went on the screen. */
export interface Call {
  readonly command: Command;
  /** As the user would type it. */
  readonly line: string;
  /** It had progress to look at; what it printed stands there. */
  readonly watched: boolean;
}

/**
 * Shows what a command came to. What was asked for is read in the status line if one line says it all, else in a
 * viewer; what was done is one line, and the journal has what it printed.
 */
export async function showOutcome(
  screen: Screen,
  { command, line, watched }: Call,
  outcome: FinalOutcome,
): Promise<void> {
  switch (outcome.kind) {
    case 'none':
      finish(screen, line, outcome, []);
      return;
    case 'lines':
      if (outcome.cells !== undefined) {
        finish(screen, line, outcome, alignColumns(outcome.cells, 0), { always: true, wrap: false });
        return;
      }
      finish(screen, line, outcome, watched || command.danger !== undefined ? [] : news(outcome.lines, line));
      return;
    case 'removals':
      finish(screen, line, outcome, removalLines(outcome).slice(-1));
      return;
    case 'documents': {
      const text = outcome.text ?? (await documentText(outcome));
      finish(screen, line, outcome, text.split('\n'), { always: true });
      return;
    }
    case 'table': {
      const printer = await tablePrinter(outcome.table, outcome.view);
      finish(screen, line, outcome, printer(outcome.rows), { always: true, wrap: false });
      return;
    }
    case 'feed':
      return stream(screen, line, outcome.entries, (lines, entry) => [...lines, sanitiseLine(entry.line)]);
    case 'live-table': {
      const printer = await tablePrinter(outcome.table, outcome.view);
      return stream(screen, line, outcome.frames, (_lines, rows) => printer(rows).map(sanitiseLine), false);
    }
    case 'logs':
      return stream(screen, line, outcome.batches, (lines, batch) => [
        ...lines,
        ...batch.map(({ data }) => sanitiseLine(Buffer.from(data).toString('utf8'))),
      ]);
    case 'session':
      // A screen gives programs a pane before they start; this one cannot be joined here.
      await outcome.session[Symbol.asyncDispose]();
      say(screen, 'warning', `${command.verbs[0]} needs a terminal of its own`, `run ${line} in a shell`);
      return;
    case 'bytes':
      say(screen, 'warning', `${command.verbs[0]} writes to a file here`, 'name it with -o FILE');
      return;
  }
}

function finish(
  screen: Screen,
  line: string,
  outcome: FinalOutcome,
  lines: readonly string[],
  { always = false, wrap = true }: { readonly always?: boolean; readonly wrap?: boolean } = {},
): void {
  const shown = lines.map(sanitiseLine).filter((text, index, all) => text !== '' || index < all.length - 1);
  const [error, ...others] = outcome.errors ?? [];
  if (shown.length > statusLines || (always && shown.length > 0)) openViewer(screen, line, shown, { wrap });
  const [warning] = outcome.warnings ?? [];
  const only = shown.length === 1 && !line.includes(shown[0] ?? '') ? `  ${shorter(shown[0] ?? '')}` : '';
  if (error !== undefined) sayError(screen, error, others.length);
  else if (warning !== undefined) say(screen, 'warning', warning);
  else if (shown.length <= statusLines && !always) say(screen, 'success', `${line}${only}`);
}

/** What was printed, unless it only names again what the line named: `stop a b` prints `a` and `b`. */
function news(lines: readonly string[], line: string): readonly string[] {
  const words = new Set(line.split(' '));
  return lines.every((text) => words.has(text)) && lines.length > 1 ? [] : lines;
}

/** A full ID says no more than its first twelve digits. */
function shorter(text: string): string {
  return /^[0-9a-f]{64}$/.test(text) ? text.slice(0, 12) : text;
}

/** A viewer fed until it is closed or the source ends. */
async function stream<T>(
  screen: Screen,
  line: string,
  source: AsyncIterable<T>,
  add: (lines: readonly string[], item: T) => readonly string[],
  wrap = true,
): Promise<void> {
  const iterator = source[Symbol.asyncIterator]();
  let open = true;
  const id = openViewer(screen, line, [], {
    wrap,
    stop() {
      open = false;
      void iterator.return?.();
    },
  });
  for (let next = await iterator.next(); open && next.done !== true; next = await iterator.next()) {
    const { value } = next;
    feedViewer(screen, id, (lines) => add(lines, value).slice(-viewerLimit));
  }
}

/** Closes the view of a job's progress, if that is what lies on top. */
export function closeJobOverlay(screen: Screen, jobId: number): void {
  const overlay = topOverlay(screen);
  if (overlay?.kind === 'job' && overlay.jobId === jobId) closeOverlay(screen);
}
