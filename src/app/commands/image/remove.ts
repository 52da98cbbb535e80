import { many } from '../argument-spec.ts';
import { defineCommand } from '../define-command.ts';
import { humanSize } from '../format/human-size.ts';
import { onEach } from '../on-each.ts';
import { flag } from '../option-spec.ts';
import { removedImageLine } from './removed-image-line.ts';

export const imageRemove = defineCommand({
  id: 'image.remove',
  verbs: ['rmi', 'image rm', 'image remove'],
  summary: 'Remove images',
  args: { images: many('IMAGE', { source: 'image' }) },
  options: {
    force: flag('Remove it even where it has several names or stopped containers', { short: 'f' }),
    noPrune: flag('Keep the images without a name it was built upon'),
  },
  refused: { platform: 'an image here is of one platform' },
  keys: [{ key: 'd', places: ['images', 'layers'] }],
  on: {
    kind: 'image',
    refuse: ({ containers }) =>
      containers > 0
        ? `${containers === 1 ? 'a container uses' : `${containers} containers use`} it`
        : undefined,
  },
  danger: {
    asks: 'screen',
    async question(ctx, { args }) {
      const found = await Promise.all(
        args.images.map((image) => ctx.engine.images.inspect(image, { signal: ctx.signal })),
      );
      return {
        text: `Remove ${found.length === 1 ? 'this image' : `these ${found.length} images`}?`,
        items: found.map(
          ({ names, id, sizeBytes }, at) =>
            `${args.images[at]}  ${humanSize(sizeBytes, 3)}${names.length > 1 ? `  (one of ${names.length} names)` : `  ${id.slice(7, 19)}`}`,
        ),
        prompt: found.every(({ id, names }, at) => keepsName(names, id, args.images[at] ?? ''))
          ? 'Only the name goes: the image has others.'
          : 'Layers no other image needs go with it.',
      };
    },
  },
  // One after the other: what the first removes changes what the second still is.
  run: (ctx, { args, options }) =>
    onEach(
      args.images,
      async (image) => {
        const steps = await ctx.engine.images.remove(image, {
          signal: ctx.signal,
          force: options.force,
          noPrune: options.noPrune,
        });
        return steps.map(removedImageLine);
      },
      { force: options.force, atOnce: 1 },
    ),
});

/** Whether taking this name away leaves the image with another one. By its ID it goes with all of them. */
function keepsName(names: readonly string[], id: string, asked: string): boolean {
  return names.length > 1 && !id.startsWith(asked) && !id.slice(7).startsWith(asked);
}
