import type { LiveTableOutcome } from '../../app/commands/outcome.ts';
import { tablePrinter } from '../../app/commands/present/table-printer.ts';
import type { CliHost } from '../cli-host.ts';
import { eraseBelow, eraseLine, home } from './terminal-codes.ts';

/** A table redrawn in place on a terminal; one table after the other anywhere else. */
export async function showLiveTable(host: CliHost, outcome: LiveTableOutcome): Promise<undefined> {
  const printer = await tablePrinter(outcome.table, outcome.view, host.stdout);
  const { stdout } = host;
  for await (const rows of outcome.frames) {
    const lines = printer(rows);
    if (!stdout.isTerminal) {
      stdout.text(`${lines.join('\n')}\n`);
      continue;
    }
    const fitting = lines
      .slice(0, Math.max(1, stdout.rows() - 1))
      .map((line) => line.slice(0, stdout.columns()));
    stdout.text(`${home}${fitting.map((line) => `${line}${eraseLine}\n`).join('')}${eraseBelow}`);
  }
}
