import type { VolumeSummary } from '../../../engine/volumes.ts';
import { labelList } from '../format/label-list.ts';
import type { Table } from '../table.ts';

/** Volumes as `volume ls` lists them, with Docker's placeholders. */
export const volumeTable: Table<VolumeSummary> = {
  columns: ['Driver', 'Name'],
  quiet: 'Name',
  fields: {
    CreatedAt: { header: 'CREATED AT', value: ({ createdAt }) => createdAt },
    Driver: { header: 'DRIVER', value: ({ driver }) => driver },
    Label: { header: '', value: () => '', lookup: ({ labels }, key) => labels[key] ?? '' },
    Labels: { header: 'LABELS', value: ({ labels }) => labelList(labels) },
    Links: { header: 'LINKS', value: ({ usedBy }) => String(usedBy.length) },
    Mountpoint: { header: 'MOUNTPOINT', value: ({ mountpoint }) => mountpoint },
    Name: { header: 'VOLUME NAME', value: ({ name }) => name },
    Scope: { header: 'SCOPE', value: () => 'local' },
  },
};
