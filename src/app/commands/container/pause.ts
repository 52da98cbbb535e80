import { many } from '../argument-spec.ts';
import { defineCommand } from '../define-command.ts';
import { onEach } from '../on-each.ts';
import { refuseUnlessResponsive } from './container-states.ts';

export const containerPause = defineCommand({
  id: 'container.pause',
  verbs: ['pause', 'container pause'],
  summary: 'Pause all processes of containers',
  args: { containers: many('CONTAINER', { source: 'running-container' }) },
  options: {},
  keys: [{ key: 'p', places: ['containers', 'logs'] }],
  on: { kind: 'container', refuse: refuseUnlessResponsive },
  needs: ['container.pause'],
  run: (ctx, { args }) =>
    onEach(args.containers, async (container) => {
      await ctx.engine.containers.pause(container, { signal: ctx.signal });
      return container;
    }),
});
