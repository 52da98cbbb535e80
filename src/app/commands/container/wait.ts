import { many } from '../argument-spec.ts';
import { defineCommand } from '../define-command.ts';
import { onEach } from '../on-each.ts';

export const containerWait = defineCommand({
  id: 'container.wait',
  verbs: ['wait', 'container wait'],
  summary: 'Wait until containers stop, then print their exit codes',
  args: { containers: many('CONTAINER', { source: 'container' }) },
  options: {},
  run: (ctx, { args }) =>
    onEach(args.containers, async (container) =>
      String(await ctx.engine.containers.wait(container, { signal: ctx.signal })),
    ),
});
