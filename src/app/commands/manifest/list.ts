import type { ManifestList } from '../../../engine/manifest-lists.ts';
import { defineCommand } from '../define-command.ts';
import { formatOption, quietOption, tableView } from '../list-options.ts';
import { tableOutcome } from '../outcome.ts';
import type { Table } from '../table.ts';

export const manifestList = defineCommand({
  id: 'manifest.list',
  verbs: ['manifest ls', 'manifest list'],
  summary: 'List manifest lists that are kept here',
  args: {},
  options: { format: formatOption, quiet: quietOption },
  async run(ctx, { options }) {
    const lists = await ctx.engine.manifestLists.list({ signal: ctx.signal });
    return tableOutcome(listTable, lists, tableView(ctx, options));
  },
});

const listTable: Table<ManifestList> = {
  columns: ['Name', 'Manifests', 'Platforms'],
  quiet: 'Name',
  fields: {
    Name: { header: 'NAME', value: ({ name }) => name },
    Manifests: { header: 'MANIFESTS', value: ({ manifests }) => String(manifests.length) },
    Platforms: { header: 'PLATFORMS', value: ({ manifests }) => manifests.map(platformOf).join(', ') },
  },
};

function platformOf({ platform }: ManifestList['manifests'][number]): string {
  if (platform === undefined) return 'unknown';
  const { os, architecture, variant } = platform;
  return [os, architecture, ...(variant === undefined ? [] : [variant])].join('/');
}
