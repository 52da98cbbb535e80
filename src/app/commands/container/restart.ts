import { many } from '../argument-spec.ts';
import { defineCommand } from '../define-command.ts';
import { onEach } from '../on-each.ts';
import { integer } from '../option-spec.ts';

export const containerRestart = defineCommand({
  id: 'container.restart',
  verbs: ['restart', 'container restart'],
  summary: 'Restart containers',
  args: { containers: many('CONTAINER', { source: 'container' }) },
  options: {
    timeout: integer('Seconds to wait before killing it; -1 waits for ever', {
      short: 't',
      aliases: ['time'],
    }),
  },
  refused: {
    signal: 'the stop signal of the container is used',
    s: 'the stop signal of the container is used',
  },
  keys: [{ key: 'r', places: ['containers', 'logs'] }],
  on: {
    kind: 'container',
    refuse: ({ state, name }) => (state === 'paused' ? `${name} is paused: unpause it` : undefined),
  },
  needs: ['container.run'],
  run: (ctx, { args, options }) =>
    onEach(args.containers, async (container) => {
      await ctx.engine.containers.restart(container, {
        signal: ctx.signal,
        ...(options.timeout !== undefined && { timeoutSeconds: options.timeout }),
      });
      return container;
    }),
});
