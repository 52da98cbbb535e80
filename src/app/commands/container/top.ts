import { GantryError } from '../../../base/gantry-error.ts';
import { one, rest } from '../argument-spec.ts';
import { defineCommand } from '../define-command.ts';
import { alignColumns } from '../present/align-columns.ts';
import { safeLine } from '../present/safe-text.ts';
import { refuseUnlessRunning } from './container-states.ts';

export const containerTop = defineCommand({
  id: 'container.top',
  verbs: ['top', 'container top'],
  summary: 'Show the processes of a container',
  args: { container: one('CONTAINER', { source: 'running-container' }), options: rest('[ps OPTIONS]') },
  options: {},
  on: { kind: 'container', refuse: refuseUnlessRunning },
  async run(ctx, { args }) {
    if (args.options.length > 0) {
      throw new GantryError({
        kind: 'unsupported',
        code: 'ps-options',
        message: `options of ps are not supported: ${args.options.join(' ')}`,
        hint: `gantry exec ${args.container} ps ${args.options.join(' ')} runs the container's own ps.`,
      });
    }
    const { titles, rows } = await ctx.engine.containers.top(args.container, { signal: ctx.signal });
    return { kind: 'lines', lines: alignColumns([titles, ...rows].map((row) => row.map(safeLine))) };
  },
});
