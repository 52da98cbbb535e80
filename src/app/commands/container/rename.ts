import { one } from '../argument-spec.ts';
import { defineCommand } from '../define-command.ts';

export const containerRename = defineCommand({
  id: 'container.rename',
  verbs: ['rename', 'container rename'],
  summary: 'Rename a container',
  args: { container: one('CONTAINER', { source: 'container' }), name: one('NEW_NAME', { help: 'new name' }) },
  options: {},
  keys: [{ key: 'n', places: ['containers'] }],
  on: { kind: 'container' },
  async run(ctx, { args }) {
    await ctx.engine.containers.rename(args.container, args.name, { signal: ctx.signal });
    return { kind: 'none' };
  },
});
