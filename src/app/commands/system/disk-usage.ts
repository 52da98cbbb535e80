import type { DiskUsage } from '../../../engine/system.ts';
import { defineCommand } from '../define-command.ts';
import { humanSize } from '../format/human-size.ts';
import { formatOption, tableView } from '../list-options.ts';
import { tableOutcome } from '../outcome.ts';
import type { Table } from '../table.ts';

export const systemDiskUsage = defineCommand({
  id: 'system.disk-usage',
  verbs: ['system df'],
  summary: 'Show what takes how much of the disk',
  args: {},
  options: { format: formatOption },
  refused: {
    v: 'gantry images, ps -s, volume ls and builder ls tell more',
    verbose: 'gantry images, ps -s, volume ls and builder ls tell more',
  },
  async run(ctx, { options }) {
    const rows = await ctx.engine.system.diskUsage({ signal: ctx.signal });
    return tableOutcome(usageTable, rows, tableView(ctx, options));
  },
});

const names = {
  images: 'Images',
  containers: 'Containers',
  volumes: 'Local Volumes',
  'build-cache': 'Build Cache',
} as const;

const usageTable: Table<DiskUsage> = {
  columns: ['Type', 'TotalCount', 'Active', 'Size', 'Reclaimable'],
  quiet: 'Type',
  fields: {
    Active: { header: 'ACTIVE', value: ({ active }) => String(active) },
    Reclaimable: {
      header: 'RECLAIMABLE',
      value: ({ kind, sizeBytes, reclaimableBytes }) => {
        const size = humanSize(reclaimableBytes);
        if (kind === 'build-cache' || sizeBytes === 0) return size;
        return `${size} (${Math.trunc((reclaimableBytes * 100) / sizeBytes)}%)`;
      },
    },
    Size: { header: 'SIZE', value: ({ sizeBytes }) => humanSize(sizeBytes) },
    TotalCount: { header: 'TOTAL', value: ({ total }) => String(total) },
    Type: { header: 'TYPE', value: ({ kind }) => names[kind] },
  },
};
