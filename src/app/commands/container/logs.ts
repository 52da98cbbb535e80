import { GantryError } from '../../../base/gantry-error.ts';
import { one } from '../argument-spec.ts';
import { defineCommand } from '../define-command.ts';
import { flag, text } from '../option-spec.ts';
import { parseTime } from '../parse-time.ts';
import { logDetails, withDetails } from './log-details.ts';

export const containerLogs = defineCommand({
  id: 'container.logs',
  verbs: ['logs', 'container logs'],
  summary: 'Show what a container wrote',
  args: { container: one('CONTAINER', { source: 'container' }) },
  options: {
    details: flag('Say before each line what --log-opt labels and env name'),
    follow: flag('Go on as more comes', { short: 'f' }),
    since: text('Begin at a time (2026-03-01T10:00:00Z) or an age (10m)'),
    tail: text('How many lines to begin with', { short: 'n', initial: 'all' }),
    timestamps: flag('Show when each line was written', { short: 't' }),
    until: text('End at a time (2026-03-01T10:00:00Z) or an age (10m)'),
  },
  keys: [{ key: 'l', places: ['containers'] }],
  on: { kind: 'container' },
  async run(ctx, { args, options }) {
    const container = await ctx.engine.containers.inspect(args.container, { signal: ctx.signal });
    const { id, spec } = container;
    const batches = ctx.engine.containers.logs(id, {
      signal: ctx.signal,
      follow: options.follow,
      tail: parseTail(options.tail),
      since: options.since === undefined ? undefined : parseTime(options.since, ctx.now()),
      until: options.until === undefined ? undefined : parseTime(options.until, ctx.now()),
    });
    return {
      kind: 'logs',
      batches: options.details ? withDetails(batches, logDetails(container)) : batches,
      timestamps: options.timestamps,
      tty: spec.tty ?? false,
    };
  },
});

function parseTail(text: string): number | undefined {
  if (text === 'all') return undefined;
  const lines = Number(text);
  if (/^-\d+$/.test(text)) return undefined;
  if (/^\d+$/.test(text) && Number.isSafeInteger(lines)) return lines;
  throw new GantryError({
    kind: 'invalid',
    code: 'bad-tail',
    message: `invalid value for --tail: "${text}": want a number of lines, or all`,
  });
}
