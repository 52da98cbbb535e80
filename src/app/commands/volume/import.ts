import { archiveInput } from '../archive-input.ts';
import { one } from '../argument-spec.ts';
import { defineCommand } from '../define-command.ts';
import { flag } from '../option-spec.ts';

export const volumeImport = defineCommand({
  id: 'volume.import',
  verbs: ['volume import'],
  summary: 'Unpack a tar archive into a volume',
  description:
    'The volume is made where it is not there. One that is not empty is left alone unless --force is given; then files of the archive take the place of those that are there.',
  args: {
    volume: one('VOLUME', { source: 'volume', help: 'volume' }),
    file: one('FILE|-', { source: 'file', help: 'tar archive, plain, gzip or zstd' }),
  },
  options: { force: flag('Unpack over what is there', { short: 'f' }) },
  async run(ctx, { args, options }) {
    const archive = await archiveInput(ctx, args.file === '-' ? undefined : args.file);
    await ctx.engine.volumes.import(args.volume, archive, { signal: ctx.signal, force: options.force });
    return { kind: 'lines', lines: [args.volume] };
  },
});
