import { one } from '../argument-spec.ts';
import { defineCommand } from '../define-command.ts';

export const imageTag = defineCommand({
  id: 'image.tag',
  verbs: ['tag', 'image tag'],
  summary: 'Give an image a further name',
  args: {
    source: one('SOURCE_IMAGE[:TAG]', { source: 'image' }),
    target: one('TARGET_IMAGE[:TAG]', { help: 'new name' }),
  },
  options: {},
  keys: [{ key: 't', places: ['images'] }],
  on: { kind: 'image' },
  async run(ctx, { args }) {
    await ctx.engine.images.tag(args.source, args.target, { signal: ctx.signal });
    return { kind: 'none' };
  },
});
