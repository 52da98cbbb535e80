import { parseReference } from '../../../oci/reference.ts';
import { one } from '../argument-spec.ts';
import { defineCommand } from '../define-command.ts';
import { flag, text } from '../option-spec.ts';

export const imageCopy = defineCommand({
  id: 'image.copy',
  verbs: ['image copy', 'image cp'],
  summary: 'Copy an image from one registry to another',
  description:
    'Copies byte for byte, so that all digests stay, and keeps nothing here. Within one registry layers are mounted ' +
    'instead of sent. Of an image for several platforms one is copied, or all of them with --all.',
  args: {
    source: one('SOURCE[:TAG|@DIGEST]', { help: 'image on its registry' }),
    target: one('TARGET[:TAG]', { help: 'name on the other one' }),
  },
  options: {
    all: flag('Copy all platforms, and what attests to them', { short: 'a' }),
    platform: text('Platform to copy (os/arch[/variant])'),
    quiet: flag('Show no progress', { short: 'q' }),
  },
  examples: [
    {
      line: 'gantry image copy --all docker.io/library/debian:12 127.0.0.1:5000/debian:12',
      meaning: 'a mirror of all platforms',
    },
  ],
  async run(ctx, { args, options }) {
    const operation = ctx.engine.images.copy(args.source, args.target, {
      signal: ctx.signal,
      all: options.all,
      platform: options.platform,
    });
    return {
      kind: 'transfer',
      way: 'push',
      operation,
      quiet: options.quiet,
      stream: 'stdout',
      async next() {
        const { target, digest, sizeBytes } = await operation.result;
        const tag = parseReference(target).tag ?? 'latest';
        return {
          kind: 'lines',
          lines: [options.quiet ? digest : `${tag}: digest: ${digest} size: ${sizeBytes}`],
        };
      },
    };
  },
});
