import { GantryError } from '../../../base/gantry-error.ts';
import { one } from '../argument-spec.ts';
import { parseLabels } from '../container/spec/parse-labels.ts';
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
    attachable: flag('Say that containers started by hand may join; here they always may'),
    auxAddress: list('Address of something else on it, never given away (router=10.9.0.5)'),
    gateway: list('Address of this machine on it'),
    ingress: flag('Make it the routing mesh of a swarm: there is none here'),
    internal: flag('Let nothing of it out, nor anything in'),
    ipRange: list('Part of the subnet that addresses are taken from (10.9.0.128/25)'),
    ipamDriver: text('Who chooses its addresses: default', {
      initial: 'default',
      source: { choices: ['default'] },
    }),
    ipv4: flag('Give it IPv4 addresses, as every network has here', { initial: true }),
    ipv6: flag('Give it IPv6 addresses too'),
    label: list('Set a label of the network'),
    opt: list('Set an option of the driver (com.docker.network.bridge.name=br0)', { short: 'o' }),
    scope: text('Where it is: local', { source: { choices: ['local'] } }),
    subnet: list('Addresses it uses (10.9.0.0/24, fd09::/64)'),
  },
  refused: {
    'config-from': 'networks are not copied',
    'config-only': 'networks are not copied',
    'ipam-opt': 'gantry chooses addresses',
  },
  keys: [{ key: 'c', places: ['networks'] }],
  needs: ['network.bridge'],
  async run(ctx, { args, options }) {
    refuseOthers(options);
    const network = await ctx.engine.networks.create(args.name, {
      signal: ctx.signal,
      labels: parseLabels(options.label),
      ipv6: options.ipv6,
      internal: options.internal,
      attachable: options.attachable,
      options: parsePairs(options.opt),
      pools: parsePools(options),
    });
    return { kind: 'lines', lines: [network.id] };
  },
});

/** What Docker has beside bridges of one machine. Throws `unsupported` in its words. */
function refuseOthers(options: {
  readonly driver: string;
  readonly ipamDriver: string;
  readonly ingress: boolean;
  readonly scope: string | undefined;
  readonly ipv4: boolean;
}): void {
  const { driver, ipamDriver, ingress, scope = '', ipv4 } = options;
  if (ingress) throw unsupported('Ingress network can only be global scope network');
  if (scope !== '' && scope !== 'local') {
    throw unsupported(`cannot create a ${scope} scoped network when swarm is not active`);
  }
  if (driver !== 'bridge') {
    throw unsupported(
      `could not find plugin ${driver} in v1 plugin registry: plugin not found`,
      'Networks of your own are bridges; host and none are there already.',
    );
  }
  if (ipamDriver !== 'default') {
    throw unsupported(`could not find plugin ${ipamDriver} in v1 plugin registry: plugin not found`);
  }
  if (!ipv4) throw unsupported('networks without IPv4 are not supported', 'Leave --ipv4=false out.');
}

function unsupported(message: string, hint?: string): GantryError {
  return new GantryError({ kind: 'unsupported', code: 'network-driver', message, hint });
}
