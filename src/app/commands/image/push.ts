import { GantryError } from '../../../base/gantry-error.ts';
import { canonicalReference, parseReference, repositoryName } from '../../../oci/reference.ts';
import { one } from '../argument-spec.ts';
import { defineCommand } from '../define-command.ts';
import { flag } from '../option-spec.ts';

export const imagePush = defineCommand({
  id: 'image.push',
  verbs: ['push', 'image push'],
  summary: 'Upload an image to a registry',
  args: { image: one('NAME[:TAG]', { source: 'image' }) },
  options: {
    allTags: flag('Upload every tag of the repository', { short: 'a' }),
    quiet: flag('Show no progress', { short: 'q' }),
  },
  refused: {
    'disable-content-trust': 'images are not signed',
    platform: 'an image here is of one platform',
  },
  keys: [{ key: 'u', places: ['images'] }],
  on: { kind: 'image', refuse: ({ names }) => (names.length > 0 ? undefined : 'it has no name to push to') },
  needs: ['image.push'],
  async run(ctx, { args, options }) {
    const reference = parseReference(args.image);
    if (options.allTags && reference.tag !== undefined) {
      throw new GantryError({
        kind: 'usage',
        code: 'tag-with-all-tags',
        message: "tag can't be used with --all-tags/-a",
        details: { exitCode: 1 },
      });
    }
    if (reference.digest !== undefined) throw cannotPushDigest();
    const untagged = reference.tag === undefined && !options.allTags;
    const operation = ctx.engine.images.push(args.image, { signal: ctx.signal, allTags: options.allTags });
    const target = repositoryName(reference);
    return {
      kind: 'transfer',
      way: 'push',
      operation,
      opening: options.quiet
        ? undefined
        : [
            ...(untagged ? ['Using default tag: latest'] : []),
            `The push refers to repository [${target}]`,
          ].join('\n'),
      quiet: options.quiet,
      stream: 'stdout',
      async next() {
        const pushed = await operation.result;
        const names = pushed.map(({ reference: name }) => canonicalReference(parseReference(name)));
        return { kind: 'lines', lines: options.quiet ? names : [] };
      },
    };
  },
});

function cannotPushDigest(): GantryError {
  return new GantryError({
    kind: 'invalid',
    code: 'bad-reference',
    message: 'cannot push a digest reference',
    hint: 'A digest is what an image is; a push needs a tag it is to have there.',
  });
}
