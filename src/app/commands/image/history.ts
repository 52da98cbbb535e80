import type { HistoryEntry } from '../../../engine/images.ts';
import { shortId } from '../../../oci/digest.ts';
import { one } from '../argument-spec.ts';
import { defineCommand } from '../define-command.ts';
import { ellipsis } from '../format/ellipsis.ts';
import { humanAge } from '../format/human-duration.ts';
import { humanSize } from '../format/human-size.ts';
import { localIsoTime } from '../format/local-time.ts';
import { formatOption, noTruncOption, quietOption, tableView } from '../list-options.ts';
import { flag } from '../option-spec.ts';
import { tableOutcome } from '../outcome.ts';
import type { Table } from '../table.ts';

export const imageHistory = defineCommand({
  id: 'image.history',
  verbs: ['history', 'image history'],
  summary: 'Show the steps an image was made of',
  args: { image: one('IMAGE', { source: 'image' }) },
  options: {
    format: formatOption,
    human: flag('Sizes and dates for people; --human=false for bytes and times in full', {
      short: 'H',
      initial: true,
    }),
    noTrunc: noTruncOption,
    quiet: quietOption,
  },
  refused: { platform: 'an image here is of one platform' },
  keys: [{ key: 'H', places: ['images', 'layers'] }],
  on: { kind: 'image' },
  async run(ctx, { args, options }) {
    const steps = await ctx.engine.images.history(args.image, { signal: ctx.signal });
    return tableOutcome(options.human ? historyTable : exactTable, steps, tableView(ctx, options));
  },
});

const historyTable: Table<HistoryEntry> = {
  columns: ['ID', 'CreatedSince', 'CreatedBy', 'Size', 'Comment'],
  quiet: 'ID',
  fields: {
    ID: {
      header: 'IMAGE',
      value: ({ id }, { full }) => (id === undefined ? '<missing>' : full ? id : shortId(id)),
    },
    CreatedSince: { header: 'CREATED', value: ({ createdAt }, { nowMs }) => humanAge(createdAt, nowMs) },
    CreatedAt: { header: 'CREATED AT', value: ({ createdAt }) => localIsoTime(createdAt) },
    CreatedBy: {
      header: 'CREATED BY',
      value: ({ createdBy }, { full }) => {
        const line = createdBy.replaceAll('\t', ' ');
        return full ? line : ellipsis(line, 45);
      },
    },
    Size: { header: 'SIZE', value: ({ sizeBytes }) => humanSize(sizeBytes, 3) },
    Comment: { header: 'COMMENT', value: ({ comment }) => comment },
  },
};

const exactTable: Table<HistoryEntry> = {
  ...historyTable,
  columns: ['ID', 'CreatedAt', 'CreatedBy', 'Size', 'Comment'],
  fields: {
    ...historyTable.fields,
    Size: { header: 'SIZE', value: ({ sizeBytes }) => String(sizeBytes) },
  },
};
