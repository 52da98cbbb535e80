import { many, one } from '../argument-spec.ts';
import { defineCommand } from '../define-command.ts';
import { flag } from '../option-spec.ts';

export const manifestCreate = defineCommand({
  id: 'manifest.create',
  verbs: ['manifest create'],
  summary: 'Begin a manifest list: one name for images of several platforms',
  description:
    'The images have to be on their registries already. The list is kept here until it is pushed; from then on whoever ' +
    'pulls its name gets the image for their machine.',
  args: {
    list: one('MANIFEST_LIST', { help: 'name of the list' }),
    images: many('MANIFEST', { source: 'image', help: 'images on their registries' }),
  },
  options: {
    amend: flag('Add to a list that is here', { short: 'a' }),
    insecure: flag('Take plain HTTP, and certificates nobody vouches for'),
  },
  examples: [
    {
      line: 'gantry manifest create 127.0.0.1:5000/web:1 127.0.0.1:5000/web:1-amd64 127.0.0.1:5000/web:1-arm64',
      meaning: 'web:1 for two platforms',
    },
    { line: 'gantry manifest push 127.0.0.1:5000/web:1', meaning: 'Give it to the registry' },
  ],
  async run(ctx, { args, options }) {
    const { name } = await ctx.engine.manifestLists.create(args.list, args.images, {
      signal: ctx.signal,
      amend: options.amend,
      insecure: options.insecure,
    });
    return { kind: 'lines', lines: [`Created manifest list ${name}`] };
  },
});
