import type { BuildOutcome, Outcome } from '../../app/commands/outcome.ts';
import { safeJson } from '../../app/commands/present/safe-text.ts';
import { GantryError } from '../../base/gantry-error.ts';
import { stripControl } from '../../base/strip-control.ts';
import type { BuildEvent } from '../../engine/builds.ts';
import type { CliHost } from '../cli-host.ts';
import { printError } from '../print-error.ts';
import { buildBoard } from './build-board.ts';
import { findingLines } from './finding-lines.ts';
import { plainBuild } from './plain-build.ts';
import { redrawLines } from './redraw-lines.ts';
import { sourceExcerpt } from './source-excerpt.ts';

/**
 * Progress of a build on stderr: a board on a terminal, BuildKit's plain lines elsewhere. A failing step shows the end
 * of its output and where it stands in the Dockerfile.
 */
export async function showBuild(host: CliHost, outcome: BuildOutcome): Promise<Outcome> {
  await using operation = outcome.operation;
  const { stderr } = host;
  const progress = outcome.progress === 'auto' ? (stderr.isTerminal ? 'tty' : 'plain') : outcome.progress;
  const board = buildBoard();
  const warnings: Extract<BuildEvent, { kind: 'warning' }>[] = [];
  const take = (event: BuildEvent): void => {
    if (event.kind === 'warning') warnings.push(event);
    board.take(event);
  };
  if (progress === 'tty') {
    const screen = redrawLines(stderr, () => board.lines(Date.now()));
    // Seconds tick although nothing happens.
    const clock = setInterval(() => screen.changed(), 200);
    try {
      for await (const event of operation) {
        take(event);
        screen.changed();
      }
      await operation.result.catch((error: unknown) => {
        if (GantryError.from(error).kind === 'cancelled') board.stop();
      });
    } finally {
      clearInterval(clock);
      screen.end();
    }
  } else {
    const plain = plainBuild((line) => stderr.text(`${line}\n`));
    for await (const event of operation) {
      take(event);
      if (progress === 'plain') plain(event);
      if (progress === 'rawjson') host.stderr.text(`${safeJson(event)}\n`);
    }
  }
  if (progress === 'tty' || progress === 'plain') {
    for (const line of findingLines(warnings)) stderr.text(`${line}\n`);
  }
  try {
    const result = await operation.result;
    const lines = progress === 'rawjson' ? [] : (outcome.told?.(result) ?? []);
    if (lines.length > 0) stderr.text(`${lines.map(stripControl).join('\n')}\n`);
    return await outcome.next(result);
  } catch (error) {
    if (error instanceof GantryError && error.kind !== 'cancelled' && progress !== 'rawjson') {
      const columns = stderr.isTerminal ? stderr.columns() : undefined;
      const tail = progress === 'plain' ? [] : board.failure();
      const lines = [
        ...tail,
        ...(await sourceExcerpt(outcome.dockerfile, error.details['position'], columns)),
      ];
      if (lines.length > 0) stderr.text(`${lines.join('\n')}\n`);
    }
    const instead = error instanceof GantryError ? outcome.afterFailure?.(error) : undefined;
    if (instead === undefined) throw error;
    // How to get what now follows need not be said.
    const { kind, code, message, details } = GantryError.from(error);
    printError(host, new GantryError({ kind, code, message, details }));
    return instead;
  }
}
