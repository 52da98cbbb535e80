import type { Outcome } from '../../app/commands/outcome.ts';
import { tablePrinter } from '../../app/commands/present/table-printer.ts';
import { stripControl } from '../../base/strip-control.ts';
import type { CliHost } from '../cli-host.ts';
import { printError } from '../print-error.ts';

/** Shows an outcome, and what follows it, on our streams. Resolves with the exit status. */
export async function showOutcome(host: CliHost, outcome: Outcome): Promise<number> {
  for (const warning of outcome.warnings ?? []) host.stderr.text(`${stripControl(warning)}\n`);
  const next = await showBody(host, outcome);
  for (const error of outcome.errors ?? []) printError(host, error);
  if (next !== undefined) return showOutcome(host, next);
  return outcome.exitCode ?? ((outcome.errors?.length ?? 0) > 0 ? 1 : 0);
}

/** Shows one of a chain; what it gives back follows. Streams and progress are loaded when they are met. */
async function showBody(host: CliHost, outcome: Outcome): Promise<Outcome | undefined> {
  switch (outcome.kind) {
    case 'none':
      return undefined;
    case 'lines':
      print(host, outcome.lines.map(stripControl));
      return undefined;
    case 'table':
      print(host, (await tablePrinter(outcome.table, outcome.view, host.stdout))(outcome.rows));
      return undefined;
    case 'removals':
      print(host, (await import('../../app/commands/present/removal-lines.ts')).removalLines(outcome));
      return undefined;
    case 'documents':
      return (await import('./show-documents.ts')).showDocuments(host, outcome);
    case 'feed':
      return (await import('./show-feed.ts')).showFeed(host, outcome);
    case 'live-table':
      return (await import('./show-live-table.ts')).showLiveTable(host, outcome);
    case 'logs':
      return (await import('./show-logs.ts')).showLogs(host, outcome);
    case 'bytes':
      for await (const chunk of outcome.bytes) await host.stdout.bytes(chunk);
      return undefined;
    case 'transfer':
      return (await import('./show-transfer.ts')).showTransfer(host, outcome);
    case 'build':
      return (await import('./show-build.ts')).showBuild(host, outcome);
    case 'session':
      return (await import('./show-session.ts')).showSession(host, outcome);
  }
}

function print(host: CliHost, lines: readonly string[]): void {
  if (lines.length > 0) host.stdout.text(`${lines.join('\n')}\n`);
}
