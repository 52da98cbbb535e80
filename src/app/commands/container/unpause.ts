import { many } from '../argument-spec.ts';
import { defineCommand } from '../define-command.ts';
import { onEach } from '../on-each.ts';

export const containerUnpause = defineCommand({
  id: 'container.unpause',
  verbs: ['unpause', 'container unpause'],
  summary: 'Let paused containers go on',
  args: { containers: many('CONTAINER', { source: 'running-container' }) },
  options: {},
  keys: [{ key: 'P', places: ['containers', 'logs'] }],
  on: {
    kind: 'container',
    refuse: ({ state, name }) => (state === 'paused' ? undefined : `${name} is not paused`),
  },
  needs: ['container.pause'],
  run: (ctx, { args }) =>
    onEach(args.containers, async (container) => {
      await ctx.engine.containers.unpause(container, { signal: ctx.signal });
      return container;
    }),
});
