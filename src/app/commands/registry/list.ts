import type { SavedLogin } from '../../../engine/registries.ts';
import { defineCommand } from '../define-command.ts';
import { formatOption, quietOption, tableView } from '../list-options.ts';
import { tableOutcome } from '../outcome.ts';
import type { Table } from '../table.ts';

export const registryList = defineCommand({
  id: 'registry.list',
  verbs: ['registry ls', 'registry list'],
  summary: 'List logins that are kept',
  description: "Those of Docker's and Podman's files and of credential helpers, without their passwords.",
  args: {},
  options: { format: formatOption, quiet: quietOption },
  async run(ctx, { options }) {
    const { logins, warnings } = await ctx.engine.registries.logins({ signal: ctx.signal });
    return tableOutcome(loginTable, logins, tableView(ctx, options), { warnings });
  },
});

const loginTable: Table<SavedLogin> = {
  columns: ['Server', 'Username', 'KeptIn'],
  quiet: 'Server',
  fields: {
    Server: { header: 'SERVER', value: ({ server }) => server },
    Username: { header: 'USERNAME', value: ({ username }) => username },
    KeptIn: { header: 'KEPT IN', value: ({ keptIn }) => keptIn },
  },
};
