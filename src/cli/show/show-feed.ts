import type { FeedOutcome } from '../../app/commands/outcome.ts';
import { documentPrinter } from '../../app/commands/present/document-text.ts';
import { safeLine } from '../../app/commands/present/safe-text.ts';
import type { CliHost } from '../cli-host.ts';

/** A line for everything that comes, until it ends or the user does. */
export async function showFeed(host: CliHost, { entries, format }: FeedOutcome): Promise<undefined> {
  const print = format === undefined ? undefined : await documentPrinter(format, host.stdout);
  for await (const { line, document } of entries) {
    host.stdout.text(`${print === undefined ? safeLine(line) : print(document)}\n`);
  }
}
