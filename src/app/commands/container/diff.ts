import { one } from '../argument-spec.ts';
import { defineCommand } from '../define-command.ts';
import { safeLine } from '../present/safe-text.ts';

const letters = { added: 'A', changed: 'C', deleted: 'D' } as const;

export const containerDiff = defineCommand({
  id: 'container.diff',
  verbs: ['diff', 'container diff'],
  summary: 'Show what a container changed of its file system',
  description:
    'A: added, C: changed, D: deleted, compared with its image. Volumes and binds are no part of it.',
  args: { container: one('CONTAINER', { source: 'container' }) },
  options: {},
  on: { kind: 'container' },
  async run(ctx, { args }) {
    const changes = await ctx.engine.containers.diff(args.container, { signal: ctx.signal });
    return { kind: 'lines', lines: changes.map(({ kind, path }) => `${letters[kind]} ${safeLine(path)}`) };
  },
});
