import { GantryError } from '../../../base/gantry-error.ts';
import { one } from '../argument-spec.ts';
import { parsePairs } from '../container/spec/parse-pairs.ts';
import { defineCommand } from '../define-command.ts';
import { list, text } from '../option-spec.ts';

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
    label: list('Set a label of the network'),
    subnet: text('Addresses it uses (10.9.0.0/24)'),
  },
  refused: {
    attachable: 'every container here may join',
    'aux-address': 'gantry chooses addresses',
    'config-from': 'networks are not copied',
    'config-only': 'networks are not copied',
    gateway: 'the gateway is the first address of the subnet',
    ingress: 'there is no swarm',
    internal: 'networks reach outside',
    'ip-range': 'the whole subnet is used',
    'ipam-driver': 'gantry chooses addresses',
    'ipam-opt': 'gantry chooses addresses',
    ipv4: 'networks have IPv4 addresses',
    ipv6: 'networks have IPv4 addresses only',
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
      ...(options.subnet !== undefined && { subnet: options.subnet }),
    });
    return { kind: 'lines', lines: [network.id] };
  },
});
