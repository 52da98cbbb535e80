import type { DiskUsage } from '../../../engine/system.ts';
import { defineCommand } from '../define-command.ts';
import { humanSize } from '../format/human-size.ts';
import { formatOption, tableView } from '../list-options.ts';
import { flag } from '../option-spec.ts';
import { type Outcome, tableOutcome } from '../outcome.ts';
import type { Table } from '../table.ts';

export const systemDiskUsage = defineCommand({
  id: 'system.disk-usage',
  verbs: ['system df'],
  summary: 'Show what takes how much of the disk',
  args: {},
  options: {
    format: formatOption,
    verbose: flag('Show everything one by one', { short: 'v' }),
  },
  async run(ctx, { options }): Promise<Outcome> {
    if (options.verbose) {
      const details = await ctx.engine.system.diskUsageDetails({ signal: ctx.signal });
      const { detailDocument, detailLines } = await import('./disk-usage-details.ts');
      const view = tableView(ctx, options);
      const format = options.format === 'table' ? undefined : options.format;
      if (format === undefined) return { kind: 'lines', lines: await detailLines(details, view) };
      return { kind: 'documents', documents: [detailDocument(details, view)], isOne: true, format };
    }
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
