import { GantryError } from '../../../base/gantry-error.ts';
import { archiveInput } from '../archive-input.ts';
import { one, optional } from '../argument-spec.ts';
import { defineCommand } from '../define-command.ts';
import { list, text } from '../option-spec.ts';

export const imageImport = defineCommand({
  id: 'image.import',
  verbs: ['import', 'image import'],
  summary: 'Make an image of one layer from a tar archive',
  args: {
    file: one('FILE|-', { source: 'file', help: 'tar archive' }),
    reference: optional('REPOSITORY[:TAG]', { help: 'name for it' }),
  },
  options: {
    change: list('Apply a Dockerfile instruction (CMD, ENV, …)', { short: 'c' }),
    message: text('Say what it is, for its history', { short: 'm' }),
    platform: text('Platform it is for (os/arch[/variant])'),
  },
  needs: ['image.import'],
  async run(ctx, { args, options }) {
    if (/^https?:\/\//.test(args.file)) {
      throw new GantryError({
        kind: 'unsupported',
        code: 'import-url',
        message: `importing from a URL is not supported: ${args.file}`,
        hint: 'Download it and pipe it in: curl URL | gantry import - NAME',
      });
    }
    const archive = await archiveInput(ctx, args.file === '-' ? undefined : args.file);
    const operation = ctx.engine.images.import(archive, {
      signal: ctx.signal,
      reference: args.reference,
      message: options.message,
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
