import type { ImageSummary } from '../../../engine/images.ts';
import { shortId } from '../../../oci/digest.ts';
import { splitName } from '../../../oci/reference.ts';
import { humanAge } from '../format/human-duration.ts';
import { humanSize } from '../format/human-size.ts';
import { localTime } from '../format/local-time.ts';
import type { Table } from '../table.ts';

/** One line of `images`: one of an image's names. */
export interface ImageRow {
  readonly image: ImageSummary;
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
}

const none = '<none>';

/** One row a name; one row in all for an image without a name, or one a digest where digests are shown. */
export function imageRows(images: readonly ImageSummary[], digests: boolean): readonly ImageRow[] {
  return images.flatMap((image): readonly ImageRow[] => {
    if (image.names.length > 0) {
      return image.names.map((name) => {
        const { repository, tag = none } = splitName(name);
        return {
          image,
          repository,
          tag,
          // Few tables show it.
          get digest() {
            return digestsOf(image).get(repository) ?? none;
          },
        };
      });
    }
    const digestOf = digestsOf(image);
    if (digestOf.size === 0) return [{ image, repository: none, tag: none, digest: none }];
    const rows = [...digestOf].map(([repository, digest]) => ({ image, repository, tag: none, digest }));
    return digests ? rows : rows.slice(0, 1);
  });
}

/** By repository. */
function digestsOf({ repoDigests }: ImageSummary): ReadonlyMap<string, string> {
  return new Map(
    repoDigests.map((name) => [name.slice(0, name.lastIndexOf('@')), name.slice(name.lastIndexOf('@') + 1)]),
  );
}

/** Images as `images` lists them, with Docker's placeholders. */
export const imageTable: Table<ImageRow> = {
  columns: ['Repository', 'Tag', 'ID', 'CreatedSince', 'Size'],
  quiet: 'ID',
  fields: {
    // Known to `system df -v` alone, as in Docker; so are the shared and the unique size.
    Containers: { header: 'CONTAINERS', value: () => 'N/A' },
    CreatedAt: { header: 'CREATED AT', value: ({ image }) => localTime(image.createdAt) },
    CreatedSince: {
      header: 'CREATED',
      value: ({ image }, { nowMs }) =>
        Date.parse(image.createdAt) <= 0 ? '' : humanAge(image.createdAt, nowMs),
      whenEmpty: 'N/A',
    },
    Digest: { header: 'DIGEST', value: ({ digest }) => digest },
    ID: { header: 'IMAGE ID', value: ({ image }, { full }) => (full ? image.id : shortId(image.id)) },
    Repository: { header: 'REPOSITORY', value: ({ repository }) => repository },
    SharedSize: { header: 'SHARED SIZE', value: () => 'N/A' },
    Size: { header: 'SIZE', value: ({ image }) => humanSize(image.sizeBytes, 3) },
    UniqueSize: { header: 'UNIQUE SIZE', value: () => 'N/A' },
    VirtualSize: { header: 'SIZE', value: ({ image }) => humanSize(image.sizeBytes, 4) },
    Tag: { header: 'TAG', value: ({ tag }) => tag },
  },
};
