import { one } from '../argument-spec.ts';
import { defineCommand } from '../define-command.ts';
import { list, text } from '../option-spec.ts';

export const networkConnect = defineCommand({
  id: 'network.connect',
  verbs: ['network connect'],
  summary: 'Put a container on a further network',
  description:
    'At once where it runs. On a network of your own, others there find it by its name, its short ID and its aliases.',
  args: {
    network: one('NETWORK', { source: 'network', help: 'network' }),
    container: one('CONTAINER', { source: 'container', help: 'container' }),
  },
  options: {
    alias: list('Further names there'),
    ip: text('IPv4 address there'),
    ip6: text('IPv6 address there'),
    macAddress: text('MAC address there'),
  },
  refused: {
    'driver-opt': 'bridges have no options',
    'gw-priority': 'the first network of a container is its way out',
    link: 'names work by themselves on a network of your own',
    'link-local-ip': 'networks give one address a family each',
  },
  async run(ctx, { args, options }) {
    await ctx.engine.networks.connect(args.network, args.container, {
      signal: ctx.signal,
      aliases: options.alias,
      address: options.ip,
      ipv6Address: options.ip6,
      macAddress: options.macAddress,
    });
    return { kind: 'none' };
  },
});
