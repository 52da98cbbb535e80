import type { ImageSummary } from '../../engine/images.ts';
import { matchesFilter } from '../view/matches-filter.ts';

/** One line of the image list: an image under one of its names. */
export interface ImageRow {
  readonly key: string;
  /** `<none>` for a dangling one. */
  readonly name: string;
  /** With the row's name first, so that a command names the image as the user sees it. */
  readonly image: ImageSummary;
}

export function imageRows(images: readonly ImageSummary[], filter: string): readonly ImageRow[] {
  return images
    .flatMap((image): ImageRow[] =>
      image.names.length === 0
        ? [{ key: image.id, name: '<none>', image }]
        : image.names.map((name) => ({
            key: `${image.id} ${name}`,
            name,
            image: { ...image, names: [name, ...image.names.filter((other) => other !== name)] },
          })),
    )
    .filter(({ name, image }) =>
      matchesFilter(filter, name, image.id.slice(7), Object.keys(image.labels).join(' ')),
    );
}
