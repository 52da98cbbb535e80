import { archiveInput } from '../archive-input.ts';
import { defineCommand } from '../define-command.ts';
import { flag, text } from '../option-spec.ts';

export const imageLoad = defineCommand({
  id: 'image.load',
  verbs: ['load', 'image load'],
  summary: 'Load images from an archive or stdin',
  args: {},
  options: {
    input: text('Read from a file instead of stdin', { short: 'i', source: 'file' }),
    quiet: flag('Show no progress', { short: 'q' }),
  },
  refused: { platform: 'every image of the archive is loaded' },
  async run(ctx, { options }) {
    const archive = await archiveInput(ctx, options.input);
    const operation = ctx.engine.images.load(archive, { signal: ctx.signal });
    return {
      kind: 'transfer',
      way: 'load',
      operation,
      quiet: options.quiet,
      stream: 'stderr',
      async next() {
        const loaded = await operation.result;
        return {
          kind: 'lines',
          lines: loaded.map((name) => `${isId(name) ? 'Loaded image ID' : 'Loaded image'}: ${name}`),
        };
      },
    };
  },
});

function isId(name: string): boolean {
  return /^sha256:[0-9a-f]{64}$/.test(name);
}
