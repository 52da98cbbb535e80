import type { DiskUsage, DiskUsageDetails } from '../../../engine/system.ts';
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
      if (options.format !== undefined && options.format !== 'table') {
        return { kind: 'documents', documents: [diskUsageDocument(details)], format: options.format };
      }
      const { detailLines } = await import('./disk-usage-details.ts');
      return { kind: 'lines', lines: await detailLines(details, tableView(ctx, options)) };
    }
    const rows = await ctx.engine.system.diskUsage({ signal: ctx.signal });
    return tableOutcome(usageTable, rows, tableView(ctx, options));
  },
});

/** The names Docker's templates for it use. */
function diskUsageDocument(details: DiskUsageDetails): Readonly<Record<string, unknown>> {
  return {
    Images: details.images,
    Containers: details.containers,
    Volumes: details.volumes,
    BuildCache: details.buildCache,
    Content: details.content,
  };
}

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
