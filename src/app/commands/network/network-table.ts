import type { NetworkSummary } from '../../../engine/networks.ts';
import { shortId } from '../../../oci/digest.ts';
import { labelList } from '../format/label-list.ts';
import { localTime } from '../format/local-time.ts';
import type { Table } from '../table.ts';

/** Networks as `network ls` lists them, with Docker's placeholders. */
export const networkTable: Table<NetworkSummary> = {
  columns: ['ID', 'Name', 'Driver', 'Scope'],
  quiet: 'ID',
  fields: {
    CreatedAt: { header: 'CREATED AT', value: ({ createdAt }) => localTime(createdAt) },
    Driver: { header: 'DRIVER', value: ({ driver }) => driver },
    ID: { header: 'NETWORK ID', value: ({ id }, { full }) => (full ? id : shortId(id)) },
    IPv4: { header: 'IPV4', value: ({ pools }) => String(pools.length > 0) },
    IPv6: { header: 'IPV6', value: ({ pools }) => String(pools.length > 1) },
    Internal: { header: 'INTERNAL', value: ({ internal }) => String(internal) },
    Label: { header: '', value: () => '', lookup: ({ labels }, key) => labels[key] ?? '' },
    Labels: { header: 'LABELS', value: ({ labels }) => labelList(labels) },
    Name: { header: 'NAME', value: ({ name }) => name },
    Scope: { header: 'SCOPE', value: () => 'local' },
  },
};
