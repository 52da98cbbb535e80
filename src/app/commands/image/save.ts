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
    const output = options.output === '' ? undefined : options.output;
    requireArchiveOutput(ctx, output);
    const bytes = ctx.engine.images.save(args.images, { signal: ctx.signal });
    return archiveOutput(ctx, bytes, output, 'failed to save image');
  },
});
