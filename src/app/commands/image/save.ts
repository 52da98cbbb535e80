import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { GantryError } from '../../../base/gantry-error.ts';
import { many } from '../argument-spec.ts';
import { defineCommand } from '../define-command.ts';
import { text } from '../option-spec.ts';
import { writeStream } from '../write-stream.ts';

export const imageSave = defineCommand({
  id: 'image.save',
  verbs: ['save', 'image save'],
  summary: 'Save images as an archive, to a file or stdout',
  args: { images: many('IMAGE', { source: 'image' }) },
  options: { output: text('Write to a file instead of stdout', { short: 'o', source: 'file' }) },
  refused: { platform: 'an image here is of one platform' },
  on: { kind: 'image' },
  async run(ctx, { args, options }) {
    if (options.output === undefined && ctx.io.stdoutIsTerminal) {
      throw new GantryError({
        kind: 'invalid',
        code: 'output-is-terminal',
        message: 'cowardly refusing to save to a terminal. Use the -o flag or redirect',
      });
    }
    // A name that is not there must fail before a file is made or a byte is written.
    for (const image of args.images) await ctx.engine.images.inspect(image, { signal: ctx.signal });
    const bytes = ctx.engine.images.save(args.images, { signal: ctx.signal });
    if (options.output === undefined) return { kind: 'bytes', bytes };
    const found = await stat(resolve(ctx.cwd, options.output)).catch(() => undefined);
    if (found?.isDirectory()) {
      throw new GantryError({
        kind: 'invalid',
        code: 'is-a-directory',
        message: `failed to save image: invalid output path: "${options.output}" is a directory`,
      });
    }
    await writeStream(bytes, options.output, {
      cwd: ctx.cwd,
      regular: found === undefined || found.isFile(),
    });
    return { kind: 'none' };
  },
});
