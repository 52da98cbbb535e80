import { one } from '../argument-spec.ts';
import { defineCommand } from '../define-command.ts';
import { list, text } from '../option-spec.ts';

export const manifestAnnotate = defineCommand({
  id: 'manifest.annotate',
  verbs: ['manifest annotate'],
  summary: 'Say what an image of a manifest list is made for',
  args: {
    list: one('MANIFEST_LIST', { help: 'name of the list' }),
    image: one('MANIFEST', { help: 'image in it' }),
  },
  options: {
    arch: text('Architecture, in the words of Go'),
    os: text('Operating system, in the words of Go'),
    osFeatures: list('Features of the operating system that it needs'),
    osVersion: text('Version of the operating system'),
    variant: text('Variant of the architecture (v8)'),
  },
  async run(ctx, { args, options }) {
    const features = options.osFeatures.flatMap((words) => words.split(',')).filter(Boolean);
    await ctx.engine.manifestLists.annotate(
      args.list,
      args.image,
      {
        ...(options.arch !== undefined && { architecture: options.arch }),
        ...(options.os !== undefined && { os: options.os }),
        ...(options.variant !== undefined && { variant: options.variant }),
        ...(options.osVersion !== undefined && { 'os.version': options.osVersion }),
        ...(features.length > 0 && { 'os.features': features }),
      },
      { signal: ctx.signal },
    );
    return { kind: 'none' };
  },
});
