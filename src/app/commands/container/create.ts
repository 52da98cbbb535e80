import { one, rest } from '../argument-spec.ts';
import { defineCommand } from '../define-command.ts';
import { warningLines } from '../with-warnings.ts';
import { checkCidFile, writeCidFile } from './cid-file.ts';
import { containerSpec } from './container-spec.ts';
import { createOptions, refusedCreateOptions } from './create-options.ts';
import { withImage } from './with-image.ts';

export const containerCreate = defineCommand({
  id: 'container.create',
  verbs: ['create', 'container create'],
  summary: 'Create a new container',
  description: 'As run, without starting it: gantry start does that.',
  args: { image: one('IMAGE', { source: 'image' }), command: rest('[COMMAND] [ARG...]') },
  options: createOptions,
  refused: refusedCreateOptions,
  needs: ['container.run'],
  run: (ctx, { args, options }) =>
    withImage(ctx, { ...options, image: args.image }, async () => {
      checkCidFile(options.cidfile, ctx.cwd);
      const spec = await containerSpec(ctx, args.image, args.command, options);
      const { id, warnings } = await ctx.engine.containers.create(spec, { signal: ctx.signal });
      await writeCidFile(options.cidfile, ctx.cwd, id);
      return { kind: 'lines', lines: [id], warnings: warningLines(warnings) };
    }),
});
