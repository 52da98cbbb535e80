import type { ContainerStats } from '../../../engine/containers.ts';
import { any } from '../argument-spec.ts';
import type { CommandContext } from '../command-context.ts';
import { defineCommand } from '../define-command.ts';
import { formatOption, noTruncOption, tableView } from '../list-options.ts';
import { flag } from '../option-spec.ts';
import { tableOutcome } from '../outcome.ts';
import { cpuPercent, type StatsRow, statsTable } from './stats-table.ts';

export const containerStats = defineCommand({
  id: 'container.stats',
  verbs: ['stats', 'container stats'],
  summary: 'Show what containers use, as it changes',
  args: { containers: any('CONTAINER', { source: 'running-container' }) },
  options: {
    all: flag('Show all containers, not just running ones', { short: 'a' }),
    format: formatOption,
    noStream: flag('Print one reading and end'),
    noTrunc: noTruncOption,
  },
  needs: ['container.stats'],
  async run(ctx, { args, options }) {
    const view = tableView(ctx, options);
    const targets = await findTargets(ctx, args.containers, options.all);
    const frames = readings(ctx, targets);
    if (!options.noStream) return { kind: 'live-table', table: statsTable, frames, view };
    for await (const rows of frames) {
      // The second reading is the first that knows a share of CPU time.
      if (rows.every((row) => !row.running || row.count >= 2)) return tableOutcome(statsTable, rows, view);
    }
    return tableOutcome(statsTable, [], view);
  },
});

interface Target {
  readonly id: string;
  readonly name: string;
  readonly running: boolean;
}

interface Reading extends StatsRow {
  readonly running: boolean;
  /** How many readings came so far. */
  readonly count: number;
}

async function findTargets(
  { engine, signal }: CommandContext,
  names: readonly string[],
  all: boolean,
): Promise<readonly Target[]> {
  const found =
    names.length === 0
      ? await engine.containers.list({ signal, all })
      : await Promise.all(names.map((name) => engine.containers.inspect(name, { signal })));
  return found.map(({ id, name, state }) => ({
    id,
    name,
    running: state === 'running' || state === 'paused',
  }));
}

/** The whole table each time every living container has told something new; ends when none is left. */
async function* readings(
  ctx: CommandContext,
  targets: readonly Target[],
): AsyncGenerator<readonly Reading[]> {
  const rows: Reading[] = targets.map((target) => ({
    ...target,
    reading: undefined,
    cpuPercent: 0,
    count: 0,
  }));
  const living = new Map<number, AsyncIterator<ContainerStats>>();
  targets.forEach((target, at) => {
    if (!target.running) return;
    living.set(at, ctx.engine.containers.stats(target.id, { signal: ctx.signal })[Symbol.asyncIterator]());
  });
  if (living.size === 0) yield rows;
  try {
    while (living.size > 0) {
      await Promise.all(
        [...living].map(async ([at, iterator]) => {
          const next = await iterator.next();
          const row = rows[at]!;
          if (next.done === true) {
            living.delete(at);
            rows[at] = { ...row, running: false, reading: undefined, cpuPercent: 0 };
          } else {
            const percent = cpuPercent(row.reading, next.value);
            rows[at] = { ...row, reading: next.value, cpuPercent: percent, count: row.count + 1 };
          }
        }),
      );
      if (ctx.signal.aborted) return;
      yield [...rows];
    }
  } finally {
    await Promise.all([...living.values()].map((iterator) => iterator.return?.()));
  }
}
