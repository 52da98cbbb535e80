import type { HostCheck } from '../../../engine/system.ts';
import type { PluginReport } from '../../plugins/plugin-report.ts';
import { defineCommand } from '../define-command.ts';
import { formatOption, tableView } from '../list-options.ts';
import { tableOutcome } from '../outcome.ts';
import { safeLine } from '../present/safe-text.ts';
import type { Table } from '../table.ts';

export const systemDoctor = defineCommand({
  id: 'system.doctor',
  verbs: ['doctor', 'system doctor'],
  summary: 'Check what the engine needs of this machine',
  description: 'Ends with status 1 when something is missing that gantry cannot do without.',
  args: {},
  options: { format: formatOption },
  async run(ctx, { options }) {
    const [ofHost, plugins] = await Promise.all([
      ctx.engine.system.check({ signal: ctx.signal }),
      ctx.plugins?.() ?? [],
    ]);
    const checks = [...ofHost, ...plugins.flatMap(pluginCheck)];
    const exitCode = checks.some(({ status }) => status === 'missing') ? 1 : 0;
    if (options.format !== undefined) {
      return tableOutcome(checkTable, checks, tableView(ctx, options), { exitCode });
    }
    return { kind: 'lines', lines: checks.flatMap(checkLines), exitCode };
  },
});

/** A plugin is a check of its own where it is broken. */
function pluginCheck({ name, path, problems }: PluginReport): readonly HostCheck[] {
  if (problems.length === 0) return [];
  return [
    {
      id: `plugin-${name}`,
      title: `plugin ${name}`,
      status: 'degraded',
      found: problems.join('; '),
      meaning: 'Its commands are not there, or not all of them; everything else works.',
      mend: `Mend what lies in ${path}, or remove it.`,
    },
  ];
}

const marks = { ok: 'ok      ', missing: 'MISSING ', degraded: 'degraded' } as const;

function checkLines(check: HostCheck): readonly string[] {
  const found = check.found === '' ? '' : `: ${check.found}`;
  const lines = [`${marks[check.status]}  ${check.title}${found}`];
  if (check.status !== 'ok') {
    lines.push(`          ${check.meaning}`);
    if (check.mend !== '') lines.push(`          To mend it: ${check.mend}`);
  }
  return lines.map(safeLine);
}

const checkTable: Table<HostCheck> = {
  columns: ['Status', 'Title', 'Found'],
  quiet: 'ID',
  fields: {
    Found: { header: 'FOUND', value: ({ found }) => found },
    ID: { header: 'ID', value: ({ id }) => id },
    Meaning: { header: 'MEANING', value: ({ meaning }) => meaning },
    Mend: { header: 'TO MEND IT', value: ({ mend }) => mend },
    Status: { header: 'STATUS', value: ({ status }) => status },
    Title: { header: 'CHECK', value: ({ title }) => title },
  },
};
