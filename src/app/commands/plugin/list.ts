import type { PluginReport } from '../../plugins/plugin-report.ts';
import { defineCommand } from '../define-command.ts';
import { formatOption, quietOption, tableView } from '../list-options.ts';
import { tableOutcome } from '../outcome.ts';
import type { Table } from '../table.ts';

export const pluginList = defineCommand({
  id: 'plugin.list',
  verbs: ['plugin ls', 'plugin list'],
  summary: 'List plugins, and what is wrong with them',
  description: 'Runs their code, which is how it finds out.',
  args: {},
  options: { format: formatOption, quiet: quietOption },
  async run(ctx, { options }) {
    const plugins = (await ctx.plugins?.()) ?? [];
    return tableOutcome(pluginTable, plugins, tableView(ctx, options));
  },
});

const pluginTable: Table<PluginReport> = {
  columns: ['Name', 'Status', 'Commands', 'Path'],
  quiet: 'Name',
  fields: {
    Commands: { header: 'COMMANDS', value: ({ verbs }) => verbs.join(', ') },
    Name: { header: 'NAME', value: ({ name }) => name },
    Path: { header: 'PATH', value: ({ path }) => path },
    Status: {
      header: 'STATUS',
      value: ({ problems }) => (problems.length === 0 ? 'ok' : `broken: ${problems.join('; ')}`),
    },
  },
};
