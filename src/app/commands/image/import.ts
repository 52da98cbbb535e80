import { archiveInput } from '../archive-input.ts';
import { one, optional } from '../argument-spec.ts';
import { defineCommand } from '../define-command.ts';
import { list, text } from '../option-spec.ts';
import { archiveFromUrl, withoutCredentials } from './archive-from-url.ts';

export const imageImport = defineCommand({
  id: 'image.import',
  verbs: ['import', 'image import'],
  summary: 'Make an image of one layer from a tar archive',
  args: {
    file: one('FILE|URL|-', { source: 'file', help: 'tar archive' }),
    reference: optional('REPOSITORY[:TAG]', { help: 'name for it' }),
  },
  options: {
    change: list('Apply a Dockerfile instruction (CMD, ENV, …)', { short: 'c' }),
    message: text('Say what it is, for its history', { short: 'm' }),
    platform: text('Platform it is for (os/arch[/variant])'),
  },
  needs: ['image.import'],
  async run(ctx, { args, options }) {
    const isUrl = /^https?:\/\//i.test(args.file);
    const archive = isUrl
      ? await archiveFromUrl(args.file, ctx.signal)
      : await archiveInput(ctx, args.file === '-' ? undefined : args.file);
    const operation = ctx.engine.images.import(archive, {
      signal: ctx.signal,
      reference: args.reference,
      message:
        options.message ?? (isUrl ? `Imported from ${withoutCredentials(new URL(args.file))}` : undefined),
      changes: options.change,
      platform: options.platform,
    });
    return {
      kind: 'transfer',
      way: 'load',
      operation,
      quiet: false,
      stream: 'stderr',
      next: async () => ({ kind: 'lines', lines: [await operation.result] }),
    };
  },
});
