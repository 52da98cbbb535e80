import {
  defineCommand,
  definePlugin,
  formatOption,
  humanSize,
  type ImageDetails,
  noTruncOption,
  quietOption,
  shortId,
  type Table,
  tableOutcome,
  tableView,
} from 'gantry/plugin';

/** An image with its bytes split into those of layers nobody else has and those of shared ones. */
interface ImageSizes {
  readonly image: ImageDetails;
  readonly ownBytes: number;
  readonly sharedBytes: number;
}

const sizesTable: Table<ImageSizes> = {
  columns: ['Name', 'ID', 'Size', 'Own', 'Shared'],
  quiet: 'ID',
  fields: {
    ID: { header: 'IMAGE ID', value: ({ image }, { full }) => (full ? image.id : shortId(image.id)) },
    Name: { header: 'IMAGE', value: ({ image }) => image.names.join(', ') || '<none>' },
    Own: { header: 'ALONE', value: ({ ownBytes }) => humanSize(ownBytes, 3) },
    Shared: { header: 'SHARED', value: ({ sharedBytes }) => humanSize(sharedBytes, 3) },
    Size: { header: 'SIZE', value: ({ image }) => humanSize(image.sizeBytes, 3) },
  },
};

const imageSizes = defineCommand({
  id: 'image.sizes',
  verbs: ['image sizes'],
  summary: 'Show what each image takes alone and what it shares',
  description: 'What an image takes alone is what removing it would free, the largest first.',
  args: {},
  options: { format: formatOption, noTrunc: noTruncOption, quiet: quietOption },
  keys: [{ key: 'Z', places: ['images'] }],
  async run(ctx, { options }) {
    const { images } = ctx.engine;
    const { signal } = ctx;
    const all = await images.list({ signal });
    const details = await Promise.all(all.map(({ id }) => images.inspect(id, { signal })));
    const users = new Map<string, number>();
    for (const { layerDetails } of details) {
      for (const { chainId } of layerDetails) users.set(chainId, (users.get(chainId) ?? 0) + 1);
    }
    const rows = details.map((image): ImageSizes => {
      const sum = (shared: boolean) =>
        image.layerDetails
          .filter(({ chainId }) => (users.get(chainId) ?? 0) > 1 === shared)
          .reduce((bytes, { sizeBytes }) => bytes + sizeBytes, 0);
      return { image, ownBytes: sum(false), sharedBytes: sum(true) };
    });
    return tableOutcome(
      sizesTable,
      rows.toSorted((a, b) => b.ownBytes - a.ownBytes),
      tableView(ctx, options),
    );
  },
});

export const plugin = definePlugin({ commands: [imageSizes] });
