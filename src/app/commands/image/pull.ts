import { GantryError } from '../../../base/gantry-error.ts';
import {
  canonicalReference,
  parseReference,
  repositoryName,
  withDefaultTag,
} from '../../../oci/reference.ts';
import { one } from '../argument-spec.ts';
import { defineCommand } from '../define-command.ts';
import { flag, text } from '../option-spec.ts';

export const imagePull = defineCommand({
  id: 'image.pull',
  verbs: ['pull', 'image pull'],
  summary: 'Download an image from a registry',
  args: { image: one('NAME[:TAG|@DIGEST]', { source: 'image', help: 'image to pull' }) },
  options: {
    allTags: flag('Download every tag of the repository', { short: 'a' }),
    platform: text('Platform to download (os/arch[/variant])'),
    quiet: flag('Show no progress', { short: 'q' }),
  },
  refused: {
    'disable-content-trust': 'there is no content trust to disable; digests are always verified',
  },
  keys: [{ key: 'p', places: ['images'] }],
  async run(ctx, { args, options }) {
    const reference = parseReference(args.image);
    const named = reference.tag !== undefined || reference.digest !== undefined;
    if (options.allTags && named) {
      throw new GantryError({
        kind: 'usage',
        code: 'tag-with-all-tags',
        message: "tag can't be used with --all-tags/-a",
        details: { exitCode: 1 },
      });
    }
    const operation = ctx.engine.images.pull(args.image, {
      signal: ctx.signal,
      platform: options.platform,
      allTags: options.allTags,
    });
    return {
      kind: 'transfer',
      way: 'pull',
      operation,
      opening: named || options.allTags || options.quiet ? undefined : 'Using default tag: latest',
      quiet: options.quiet,
      stream: 'stdout',
      async next() {
        const pulled = await operation.result;
        const names = pulled.map(({ reference: name }) => canonical(name));
        const isOne = !options.allTags || options.quiet;
        return { kind: 'lines', lines: isOne ? names : [repositoryName(reference)] };
      },
    };
  },
});

function canonical(name: string): string {
  return canonicalReference(withDefaultTag(parseReference(name)));
}
