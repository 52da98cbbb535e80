import { GantryError } from '../../../base/gantry-error.ts';
import { optional } from '../argument-spec.ts';
import { parseLabels } from '../container/spec/parse-labels.ts';
import { defineCommand } from '../define-command.ts';
import { list, text } from '../option-spec.ts';

export const volumeCreate = defineCommand({
  id: 'volume.create',
  verbs: ['volume create'],
  summary: 'Create a volume',
  args: { name: optional('VOLUME', { help: 'name for it' }) },
  options: {
    driver: text('Volume driver: local', { short: 'd', initial: 'local', source: { choices: ['local'] } }),
    label: list('Set a label of the volume'),
  },
  refused: { o: 'volumes are plain folders', opt: 'volumes are plain folders' },
  keys: [{ key: 'c', places: ['volumes'] }],
  async run(ctx, { args, options }) {
    if (options.driver !== 'local') {
      throw new GantryError({
        kind: 'unsupported',
        code: 'volume-driver',
        message: `error looking up volume plugin ${options.driver}: volumes are local here`,
      });
    }
    const volume = await ctx.engine.volumes.create({
      signal: ctx.signal,
      labels: parseLabels(options.label),
      ...(args.name !== undefined && { name: args.name }),
    });
    return { kind: 'lines', lines: [volume.name] };
  },
});
