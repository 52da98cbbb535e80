import { many } from '../argument-spec.ts';
import { defineCommand } from '../define-command.ts';
import { inspectEach } from '../inspect-each.ts';
import { text } from '../option-spec.ts';
import { imageDocument } from './image-document.ts';

export const imageInspect = defineCommand({
  id: 'image.inspect',
  verbs: ['image inspect'],
  summary: 'Show everything about images',
  args: { images: many('IMAGE', { source: 'image' }) },
  options: {
    format: text("Output format: 'json', or a Go template such as '{{.Config.Env}}'", { short: 'f' }),
  },
  refused: { platform: 'an image here is of one platform' },
  keys: [{ key: 'i', places: ['images', 'layers'] }],
  on: { kind: 'image' },
  run: (ctx, { args, options }) =>
    inspectEach(args.images, options.format, async (image) =>
      imageDocument(await ctx.engine.images.inspect(image, { signal: ctx.signal })),
    ),
});
