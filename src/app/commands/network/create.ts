import { GantryError } from '../../../base/gantry-error.ts';
import { one } from '../argument-spec.ts';
import { parsePairs } from '../container/spec/parse-pairs.ts';
import { defineCommand } from '../define-command.ts';
import { flag, list, text } from '../option-spec.ts';
import { parsePools } from './parse-pools.ts';

export const networkCreate = defineCommand({
  id: 'network.create',
  verbs: ['network create'],
  summary: 'Create a network',
  args: { name: one('NETWORK', { help: 'name for it' }) },
  options: {
    driver: text('Network driver: bridge', {
      short: 'd',
      initial: 'bridge',
      source: { choices: ['bridge'] },
    }),
    auxAddress: list('Address of something else on it, never given away (router=10.9.0.5)'),
    gateway: list('Address of this machine on it'),
    ipRange: list('Part of the subnet that addresses are taken from (10.9.0.128/25)'),
    ipv6: flag('Give it IPv6 addresses too'),
    label: list('Set a label of the network'),
    subnet: list('Addresses it uses (10.9.0.0/24, fd09::/64)'),
  },
  refused: {
    attachable: 'every container here may join',
    'config-from': 'networks are not copied',
    'config-only': 'networks are not copied',
    ingress: 'there is no swarm',
    internal: 'networks reach outside',
    'ipam-driver': 'gantry chooses addresses',
    'ipam-opt': 'gantry chooses addresses',
    ipv4: 'networks have IPv4 addresses',
    o: 'bridges take no options',
    opt: 'bridges take no options',
    scope: 'networks are local',
  },
  keys: [{ key: 'c', places: ['networks'] }],
  needs: ['network.bridge'],
  async run(ctx, { args, options }) {
    if (options.driver !== 'bridge') {
      throw new GantryError({
        kind: 'unsupported',
        code: 'network-driver',
        message: `could not find plugin ${options.driver} in v1 plugin registry: plugin not found`,
        hint: 'Networks of your own are bridges; host and none are there already.',
      });
    }
    const network = await ctx.engine.networks.create(args.name, {
      signal: ctx.signal,
      labels: parsePairs(options.label),
      ipv6: options.ipv6,
      pools: parsePools(options),
    });
    return { kind: 'lines', lines: [network.id] };
  },
});
