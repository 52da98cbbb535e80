import { one, rest } from '../argument-spec.ts';
import { defineCommand } from '../define-command.ts';
import { alignColumns } from '../present/align-columns.ts';
import { safeLine } from '../present/safe-text.ts';
import { refuseUnlessRunning } from './container-states.ts';

export const containerTop = defineCommand({
  id: 'container.top',
  verbs: ['top', 'container top'],
  summary: 'Show the processes of a container',
  description:
    'Without options as ps -ef shows them; options are those of ps on this machine, and must leave a PID column.',
  args: { container: one('CONTAINER', { source: 'running-container' }), options: rest('[ps OPTIONS]') },
  options: {},
  on: { kind: 'container', refuse: refuseUnlessRunning },
  async run(ctx, { args }) {
    const { titles, rows } = await ctx.engine.containers.top(args.container, {
      signal: ctx.signal,
      psOptions: args.options,
    });
    const cells = [titles, ...rows].map((row) => row.map(safeLine));
    return { kind: 'lines', lines: alignColumns(cells, 20), cells };
  },
});
