import { many } from '../argument-spec.ts';
import { defineCommand } from '../define-command.ts';
import { onEach } from '../on-each.ts';

export const manifestRemove = defineCommand({
  id: 'manifest.remove',
  verbs: ['manifest rm'],
  summary: 'Forget manifest lists that are kept here',
  description: 'What was pushed stays on its registry.',
  args: { lists: many('MANIFEST_LIST', { help: 'names of lists' }) },
  options: {},
  run: (ctx, { args }) =>
    onEach(args.lists, async (name) => {
      await ctx.engine.manifestLists.remove(name, { signal: ctx.signal });
      return [];
    }),
});
