import { GantryError } from '../../../base/gantry-error.ts';
import { many } from '../argument-spec.ts';
import type { CommandContext } from '../command-context.ts';
import { containerDocument } from '../container/container-document.ts';
import { defineCommand } from '../define-command.ts';
import { imageDocument } from '../image/image-document.ts';
import { inspectEach } from '../inspect-each.ts';
import { networkDocument } from '../network/network-document.ts';
import { flag, text } from '../option-spec.ts';
import { volumeDocument } from '../volume/volume-document.ts';

const types = ['container', 'image', 'network', 'volume'] as const;

export const systemInspect = defineCommand({
  id: 'system.inspect',
  verbs: ['inspect'],
  summary: 'Show everything about containers, images, networks or volumes',
  args: { names: many('NAME|ID', { source: 'container' }) },
  options: {
    format: text("Output format: 'json', or a Go template such as '{{.Id}}'", { short: 'f' }),
    size: flag('Measure how much containers have written', { short: 's' }),
    type: text('Look for this kind only', { source: { choices: types } }),
  },
  run(ctx, { args, options }) {
    const { type } = options;
    if (type !== undefined && !types.some((known) => known === type)) {
      throw new GantryError({
        kind: 'invalid',
        code: 'bad-type',
        message: `unknown type: ${JSON.stringify(type)}: want one of ${types.join(', ')}`,
      });
    }
    const kinds = type === undefined ? types : types.filter((known) => known === type);
    return inspectEach(args.names, options.format, (name) => findDocument(ctx, name, kinds, options.size));
  },
});

async function findDocument(
  ctx: CommandContext,
  name: string,
  kinds: readonly (typeof types)[number][],
  size: boolean,
): Promise<unknown> {
  const { engine, signal } = ctx;
  const find = {
    container: async () => containerDocument(await engine.containers.inspect(name, { signal, size })),
    image: async () => imageDocument(await engine.images.inspect(name, { signal })),
    network: () => networkDocument(ctx, name),
    volume: async () => volumeDocument(await engine.volumes.inspect(name, { signal })),
  };
  for (const kind of kinds) {
    try {
      return await find[kind]();
    } catch (error) {
      // A name that is no reference cannot be an image; it may still be something else.
      const elsewhere =
        error instanceof GantryError && (error.kind === 'not-found' || error.code === 'bad-reference');
      if (!elsewhere || kinds.length === 1) throw error;
    }
  }
  throw new GantryError({ kind: 'not-found', code: 'no-such-object', message: `No such object: ${name}` });
}
