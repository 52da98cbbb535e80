import { many } from '../argument-spec.ts';
import { defineCommand } from '../define-command.ts';
import { onEach } from '../on-each.ts';
import { text } from '../option-spec.ts';
import { resourceOptions } from './resource-options.ts';
import { parseResources } from './spec/parse-resources.ts';
import { parseRestart } from './spec/parse-restart.ts';
import { specError } from './spec/spec-error.ts';

export const containerUpdate = defineCommand({
  id: 'container.update',
  verbs: ['update', 'container update'],
  summary: 'Change limits and the restart policy of containers, running ones too',
  description: 'What is not given stays as it is. A running container is limited at once.',
  args: { containers: many('CONTAINER', { source: 'container' }) },
  options: {
    ...resourceOptions,
    restart: text('What to do when it exits: no, on-failure[:n], always, unless-stopped', {
      source: { choices: ['no', 'on-failure', 'always', 'unless-stopped'] },
    }),
  },
  refused: {
    'cpu-rt-period': 'real-time scheduling is not set up for containers',
    'cpu-rt-runtime': 'real-time scheduling is not set up for containers',
    'kernel-memory': 'kernels no longer know it',
  },
  on: { kind: 'container' },
  needs: ['resources.limits'],
  async run(ctx, { args, options }) {
    const resources = parseResources(options);
    const isLimited = Object.values(resources).some((value) => value !== undefined);
    if (!isLimited && options.restart === undefined) {
      throw specError('nothing-to-update', 'you must provide one or more flags when using this command');
    }
    const restart = options.restart === undefined ? undefined : parseRestart(options.restart);
    const warnings: string[] = [];
    const outcome = await onEach(args.containers, async (container) => {
      const changes = { resources: isLimited ? resources : undefined, restart };
      warnings.push(
        ...(await ctx.engine.containers.update(container, changes, { signal: ctx.signal })).warnings,
      );
      return container;
    });
    return { ...outcome, warnings: [...(outcome.warnings ?? []), ...warnings] };
  },
});
