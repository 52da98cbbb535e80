import { setTimeout as sleep } from 'node:timers/promises';
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
    const find = () => findTargets(ctx, args.containers, options.all);
    // Without names it goes on with containers that come later.
    const frames = readings(ctx, await find(), args.containers.length === 0 ? find : undefined);
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
  readonly asked: string | undefined;
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
  return found.map(({ id, name, state }, at) => ({
    id,
    name,
    asked: names[at],
    running: state === 'running' || state === 'paused',
  }));
}

/**
 * The whole table each time every living container has told something new; ends when none is left, unless `find` may
 * tell of further ones.
 */
async function* readings(
  ctx: CommandContext,
  targets: readonly Target[],
  find?: () => Promise<readonly Target[]>,
): AsyncGenerator<readonly Reading[]> {
  const rows = new Map<string, Reading>();
  const living = new Map<string, AsyncIterator<ContainerStats>>();
  const take = (found: readonly Target[]): void => {
    for (const id of [...rows.keys()].filter((known) => !living.has(known))) rows.delete(id);
    for (const target of found) {
      if (rows.has(target.id)) continue;
      rows.set(target.id, { ...target, reading: undefined, cpuPercent: 0, count: 0 });
      if (!target.running) continue;
      const readingsOf = ctx.engine.containers.stats(target.id, { signal: ctx.signal });
      living.set(target.id, readingsOf[Symbol.asyncIterator]());
    }
  };
  take(targets);
  try {
    while (!ctx.signal.aborted) {
      if (living.size === 0) {
        yield [...rows.values()];
        if (find === undefined) return;
        await sleep(idleMs, undefined, { signal: ctx.signal }).catch(() => undefined);
      } else {
        await Promise.all([...living].map(([id, iterator]) => readNext(rows, living, id, iterator)));
        if (ctx.signal.aborted) return;
        yield [...rows.values()];
      }
      if (find !== undefined && !ctx.signal.aborted) take(await find());
    }
  } finally {
    await Promise.all([...living.values()].map((iterator) => iterator.return?.()));
  }
}

const idleMs = 1000;

async function readNext(
  rows: Map<string, Reading>,
  living: Map<string, AsyncIterator<ContainerStats>>,
  id: string,
  iterator: AsyncIterator<ContainerStats>,
): Promise<void> {
  const row = rows.get(id);
  const next = await iterator.next();
  if (row === undefined) return;
  if (next.done === true) {
    living.delete(id);
    rows.set(id, { ...row, running: false, reading: undefined, cpuPercent: 0 });
    return;
  }
  const percent = cpuPercent(row.reading, next.value);
  rows.set(id, { ...row, reading: next.value, cpuPercent: percent, count: row.count + 1 });
}
