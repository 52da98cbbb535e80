import { GantryError } from '../../../base/gantry-error.ts';
import { many } from '../argument-spec.ts';
import { defineCommand } from '../define-command.ts';
import { onEach } from '../on-each.ts';
import { flag } from '../option-spec.ts';

export const volumeRemove = defineCommand({
  id: 'volume.remove',
  verbs: ['volume rm', 'volume remove'],
  summary: 'Remove volumes',
  args: { volumes: many('VOLUME', { source: 'volume' }) },
  options: { force: flag('Do not mind one that is not there', { short: 'f' }) },
  keys: [{ key: 'd', places: ['volumes'] }],
  on: {
    kind: 'volume',
    refuse: ({ usedBy }) =>
      usedBy.length === 0
        ? undefined
        : `in use by ${usedBy.length} container${usedBy.length === 1 ? '' : 's'}`,
  },
  danger: {
    asks: 'screen',
    question: async (_ctx, { args }) => ({
      text: `Remove ${args.volumes.length === 1 ? 'this volume' : `these ${args.volumes.length} volumes`} and what is in it?`,
      items: args.volumes,
      prompt: 'There is no way back.',
    }),
  },
  run: (ctx, { args, options }) =>
    onEach(args.volumes, async (name) => {
      try {
        await ctx.engine.volumes.remove(name, { signal: ctx.signal, force: options.force });
      } catch (error) {
        if (!options.force || !(error instanceof GantryError) || error.kind !== 'not-found') throw error;
      }
      return name;
    }),
});
