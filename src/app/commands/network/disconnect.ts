import { one } from '../argument-spec.ts';
import { defineCommand } from '../define-command.ts';
import { flag } from '../option-spec.ts';

export const networkDisconnect = defineCommand({
  id: 'network.disconnect',
  verbs: ['network disconnect'],
  summary: 'Take a container off a network',
  description: 'At once where it runs. Ports published there lead to another of its networks from then on.',
  args: {
    network: one('NETWORK', { source: 'network', help: 'network' }),
    container: one('CONTAINER', { source: 'container', help: 'container' }),
  },
  options: { force: flag('Be content when it is not on it', { short: 'f' }) },
  async run(ctx, { args, options }) {
    await ctx.engine.networks.disconnect(args.network, args.container, {
      signal: ctx.signal,
      force: options.force,
    });
    return { kind: 'none' };
  },
});
