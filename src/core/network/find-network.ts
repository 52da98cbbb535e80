import { GantryError } from '../../base/gantry-error.ts';
import type { IpFamily } from '../../base/ip-address.ts';
import { formatNetwork, type IpNetwork, parseNetwork } from '../../base/ip-network.ts';
import { hostRoutes, hostRoutesV6 } from '../host/netlink/host-routes.ts';
import { randomHex } from '../host/random-hex.ts';
import { chooseSubnet, gatewayOf } from './choose-subnet.ts';
import type { NetworkContext } from './network-context.ts';
import { type NetworkRecord, poolOf } from './network-record.ts';

export const defaultNetwork = 'bridge';

/** The record of the default network, made at its first use with a subnet that is free on this host now. */
export function ensureDefaultNetwork(context: NetworkContext): NetworkRecord {
  const { networks } = context.records;
  const existing = networks.get(defaultNetwork);
  if (existing !== undefined) return existing;
  return context.metadata.transaction(() => {
    const other = networks.get(defaultNetwork);
    if (other !== undefined) return other;
    const subnet = chooseSubnet(takenSubnets(context, 4));
    const record: NetworkRecord = {
      id: randomHex(32),
      name: defaultNetwork,
      bridge: context.names.defaultBridge,
      subnet: formatNetwork(subnet),
      gateway: gatewayOf(subnet),
      createdAt: new Date().toISOString(),
      labels: {},
    };
    networks.put(defaultNetwork, record);
    return record;
  });
}

/** By name, ID or a prefix of one that is unique. Throws `not-found` / `network-not-found`, `invalid` when ambiguous. */
export function findNetwork(context: NetworkContext, nameOrId: string): NetworkRecord {
  if (nameOrId === defaultNetwork || nameOrId === 'default') return ensureDefaultNetwork(context);
  const named = context.records.networks.get(nameOrId);
  if (named !== undefined) return named;
  const matches = /^[0-9a-f]{1,64}$/.test(nameOrId)
    ? [...context.records.networks.entries()].filter(([, record]) => record.id.startsWith(nameOrId))
    : [];
  const [match, second] = matches;
  if (second !== undefined) {
    throw new GantryError({
      kind: 'invalid',
      code: 'ambiguous-network',
      message: `network ${nameOrId} is ambiguous (${matches.length} matches found on ID prefix)`,
    });
  }
  if (match !== undefined) return match[1];
  throw new GantryError({
    kind: 'not-found',
    code: 'network-not-found',
    message: `network ${nameOrId} not found`,
  });
}

/** Subnets a new network must keep off: those of our networks, up or not, and all routes of the host but the default. */
export function takenSubnets(
  context: NetworkContext,
  family: IpFamily,
  except?: NetworkRecord,
): readonly IpNetwork[] {
  const ours = [...context.records.networks.entries()]
    .filter(([, record]) => record.id !== except?.id)
    .flatMap(([, record]) => poolOf(record, family)?.subnet ?? []);
  const routes = family === 4 ? hostRoutes() : hostRoutesV6();
  return [
    ...ours.map(parseNetwork),
    ...(context.uplink?.machineNetworks.filter((network) => network.family === family) ?? []),
    ...routes.filter((route) => route.prefixLength > 0 && route.device !== except?.bridge),
  ];
}
