import { archiveOutput, requireArchiveOutput } from '../archive-output.ts';
import { many } from '../argument-spec.ts';
import { defineCommand } from '../define-command.ts';
import { text } from '../option-spec.ts';

export const imageSave = defineCommand({
  id: 'image.save',
  verbs: ['save', 'image save'],
  summary: 'Save images as an archive, to a file or stdout',
  args: { images: many('IMAGE', { source: 'image' }) },
  options: { output: text('Write to a file instead of stdout', { short: 'o', source: 'file' }) },
  refused: { platform: 'an image here is of one platform' },
  on: { kind: 'image' },
  async run(ctx, { args, options }) {
    requireArchiveOutput(ctx, options.output);
    // A name that is not there must fail before a file is made or a byte is written.
    for (const image of args.images) await ctx.engine.images.inspect(image, { signal: ctx.signal });
    const bytes = ctx.engine.images.save(args.images, { signal: ctx.signal });
    return archiveOutput(ctx, bytes, options.output, 'failed to save image');
  },
});
