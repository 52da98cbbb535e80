import type { BuildCacheEntry } from '../../../engine/builds.ts';
import { shortId } from '../../../oci/digest.ts';
import { defineCommand } from '../define-command.ts';
import { ellipsis } from '../format/ellipsis.ts';
import { humanAge } from '../format/human-duration.ts';
import { humanSize } from '../format/human-size.ts';
import { formatOption, noTruncOption, quietOption, tableView } from '../list-options.ts';
import { tableOutcome } from '../outcome.ts';
import type { Table } from '../table.ts';

export const builderList = defineCommand({
  id: 'builder.list',
  verbs: ['builder ls', 'builder du'],
  summary: 'List build cache',
  args: {},
  options: { format: formatOption, noTrunc: noTruncOption, quiet: quietOption },
  needs: ['build.cache'],
  async run(ctx, { options }) {
    const rows = await ctx.engine.builds.cache({ signal: ctx.signal });
    return tableOutcome(cacheTable, rows, tableView(ctx, options));
  },
});

/** Entries of the build cache as `builder ls` lists them. */
export const cacheTable: Table<BuildCacheEntry> = {
  columns: ['ID', 'Description', 'Size', 'CreatedSince', 'LastUsedSince', 'InUse', 'Shared'],
  quiet: 'ID',
  fields: {
    CreatedAt: { header: 'CREATED AT', value: ({ createdAt }) => createdAt },
    CreatedSince: { header: 'CREATED', value: ({ createdAt }, { nowMs }) => humanAge(createdAt, nowMs) },
    Description: {
      header: 'STEP',
      value: ({ description }, { full }) => (full ? description : ellipsis(description, 45)),
    },
    ID: { header: 'CACHE ID', value: ({ id }, { full }) => (full ? id : shortId(id)) },
    InUse: { header: 'IN USE', value: ({ inUse }) => String(inUse) },
    LastUsedAt: { header: 'LAST USED AT', value: ({ lastUsedAt }) => lastUsedAt },
    LastUsedSince: { header: 'LAST USED', value: ({ lastUsedAt }, { nowMs }) => humanAge(lastUsedAt, nowMs) },
    Shared: { header: 'SHARED', value: ({ shared }) => String(shared) },
    Size: { header: 'SIZE', value: ({ sizeBytes }) => humanSize(sizeBytes, 3) },
  },
};
