import type { ContainerSummary } from '../../../engine/containers.ts';
import type { DiskUsageDetails } from '../../../engine/system.ts';
import { cacheTable } from '../builder/list.ts';
import { containerTable } from '../container/container-table.ts';
import { humanSize } from '../format/human-size.ts';
import { type ImageRow, imageRows, imageTable } from '../image/image-table.ts';
import { rowObject } from '../present/row-object.ts';
import { tablePrinter } from '../present/table-printer.ts';
import type { Table, TableView } from '../table.ts';
import { volumeTable } from '../volume/volume-table.ts';

type Volume = DiskUsageDetails['volumes'][number];

/** What `system df -v` prints: a table a kind, as Docker has them. */
export async function detailLines(details: DiskUsageDetails, view: TableView): Promise<readonly string[]> {
  const sizeBytes = details.buildCache
    .filter(({ shared }) => !shared)
    .reduce((sum, entry) => sum + entry.sizeBytes, 0);
  const print = async <Row>(table: Table<Row>, rows: readonly Row[]) =>
    (await tablePrinter(table, { ...view, format: undefined }))(rows);
  return [
    'Images space usage:',
    '',
    ...(await print(imagesTable(details), imageRows(details.images, false))),
    '',
    ...contentLines(details.content),
    '',
    'Containers space usage:',
    '',
    ...(await print(containersTable, details.containers)),
    '',
    'Local Volumes space usage:',
    '',
    ...(await print(volumesTable, details.volumes)),
    '',
    `Build cache usage: ${humanSize(sizeBytes, 3)}`,
    '',
    ...(await print(cacheTable, details.buildCache)),
  ];
}

/** The same for templates and JSON: Docker's names and words, with everything in full. */
export function detailDocument(
  details: DiskUsageDetails,
  view: TableView,
): Readonly<Record<string, unknown>> {
  const objects = <Row>(table: Table<Row>, rows: readonly Row[]) =>
    rows.map((row) => rowObject(table, row, { ...view, full: true }));
  return {
    Images: objects(imagesTable(details), imageRows(details.images, false)),
    Containers: objects(containersTable, details.containers),
    Volumes: objects(volumesTable, details.volumes),
    BuildCache: objects(cacheTable, details.buildCache),
    Content: details.content,
  };
}

function contentLines({ blobs, partDownloads }: DiskUsageDetails['content']): readonly string[] {
  const total = `${blobs.count} (${humanSize(blobs.sizeBytes, 3)})`;
  return [
    `Compressed blobs of images: ${total}, reclaimable: ${humanSize(blobs.reclaimableBytes, 3)}`,
    `Part-downloads: ${partDownloads.count} (${humanSize(partDownloads.sizeBytes, 3)})`,
  ];
}

function imagesTable({ images }: DiskUsageDetails): Table<ImageRow> {
  const shared = new Map(images.map(({ id, sharedBytes }) => [id, sharedBytes]));
  const sharedOf = ({ image }: ImageRow): number => shared.get(image.id) ?? 0;
  return {
    ...imageTable,
    columns: ['Repository', 'Tag', 'ID', 'CreatedSince', 'Size', 'SharedSize', 'UniqueSize', 'Containers'],
    fields: {
      ...imageTable.fields,
      Containers: { header: 'CONTAINERS', value: ({ image }) => String(image.containers) },
      SharedSize: { header: 'SHARED SIZE', value: (row) => humanSize(sharedOf(row), 3) },
      UniqueSize: {
        header: 'UNIQUE SIZE',
        value: (row) => humanSize(Math.max(0, row.image.sizeBytes - sharedOf(row)), 3),
      },
    },
  };
}

const containersTable: Table<ContainerSummary> = {
  ...containerTable,
  columns: ['ID', 'Image', 'Command', 'LocalVolumes', 'Size', 'RunningFor', 'Status', 'Names'],
  fields: {
    ...containerTable.fields,
    Size: { header: 'SIZE', value: ({ size }) => humanSize(size?.writableBytes ?? 0, 3) },
  },
};

const volumesTable: Table<Volume> = {
  ...volumeTable,
  columns: ['Name', 'Links', 'Size'],
  fields: {
    ...volumeTable.fields,
    Links: { header: 'LINKS', value: ({ usedBy }) => String(usedBy.length) },
    Size: { header: 'SIZE', value: ({ sizeBytes }) => humanSize(sizeBytes, 3) },
  },
};
