import { archiveOutput, requireArchiveOutput } from '../archive-output.ts';
import { one } from '../argument-spec.ts';
import { defineCommand } from '../define-command.ts';
import { text } from '../option-spec.ts';

export const containerExport = defineCommand({
  id: 'container.export',
  verbs: ['export', 'container export'],
  summary: 'Write the file system of a container as a tar archive',
  description:
    'To a file or stdout; without what is in volumes and binds. gantry import makes an image of such an archive.',
  args: { container: one('CONTAINER', { source: 'container' }) },
  options: { output: text('Write to a file instead of stdout', { short: 'o', source: 'file' }) },
  on: { kind: 'container' },
  async run(ctx, { args, options }) {
    const output = options.output === '' ? undefined : options.output;
    requireArchiveOutput(ctx, output);
    const bytes = ctx.engine.containers.export(args.container, { signal: ctx.signal });
    return archiveOutput(ctx, bytes, output, 'failed to export container');
  },
});
