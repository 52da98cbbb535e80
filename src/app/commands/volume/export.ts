import { archiveOutput, requireArchiveOutput } from '../archive-output.ts';
import { one } from '../argument-spec.ts';
import { defineCommand } from '../define-command.ts';
import { flag, text } from '../option-spec.ts';

export const volumeExport = defineCommand({
  id: 'volume.export',
  verbs: ['volume export'],
  summary: 'Write what is in a volume as a tar archive',
  description:
    'To a file or stdout, with owners, modes and attributes. Stop or pause what writes to the volume first. volume import brings it back.',
  args: { volume: one('VOLUME', { source: 'volume' }) },
  options: {
    gzip: flag('Compress it', { short: 'z' }),
    output: text('Write to a file instead of stdout', { short: 'o', source: 'file' }),
  },
  on: { kind: 'volume' },
  examples: [
    { line: 'gantry volume export -z -o data.tar.gz data', meaning: 'a backup' },
    { line: 'gantry volume import data data.tar.gz', meaning: 'and back' },
  ],
  async run(ctx, { args, options }) {
    requireArchiveOutput(ctx, options.output);
    const { volumes } = ctx.engine;
    // A name that is not there must fail before a file is made or a byte is written.
    const { name } = await volumes.inspect(args.volume, { signal: ctx.signal });
    const bytes = volumes.export(name, {
      signal: ctx.signal,
      compression: options.gzip ? 'gzip' : 'none',
    });
    return archiveOutput(ctx, bytes, options.output, 'failed to export volume');
  },
});
