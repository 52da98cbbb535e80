import { many } from '../argument-spec.ts';
import { defineCommand } from '../define-command.ts';
import { onEach } from '../on-each.ts';
import { flag } from '../option-spec.ts';

export const networkRemove = defineCommand({
  id: 'network.remove',
  verbs: ['network rm', 'network remove'],
  summary: 'Remove networks',
  args: { networks: many('NETWORK', { source: 'network' }) },
  options: { force: flag('Do not mind one that is not there', { short: 'f' }) },
  keys: [{ key: 'd', places: ['networks'] }],
  on: {
    kind: 'network',
    refuse: ({ driver, name, endpoints }) => {
      if (driver !== 'bridge' || name === 'bridge') return `${name} is always there`;
      const count = Object.keys(endpoints).length;
      return count === 0 ? undefined : `${count} container${count === 1 ? '' : 's'} joined it`;
    },
  },
  danger: {
    asks: 'screen',
    question: async (_ctx, { args }) => ({
      text: `Remove ${args.networks.length === 1 ? 'this network' : `these ${args.networks.length} networks`}?`,
      items: args.networks,
      prompt: 'Containers can no longer join it.',
    }),
  },
  run: (ctx, { args, options }) =>
    onEach(
      args.networks,
      async (name) => {
        await ctx.engine.networks.remove(name, { signal: ctx.signal });
        return name;
      },
      options,
    ),
});
