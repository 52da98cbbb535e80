import { GantryError } from '../../base/gantry-error.ts';
import { checkFilterKeys, filterKeys } from '../../engine/filter-keys.ts';
import { type Filters, hasLabel } from '../../engine/filters.ts';
import type { NetworkMember, NetworkPool, NetworkSummary, Networks } from '../../engine/networks.ts';
import { checkUntil, passesPruneFilters } from '../../engine/prune-filters.ts';
import { randomHex } from '../host/random-hex.ts';
import type { Metadata } from '../metadata/metadata.ts';
import { parseAddressKey } from './address-pool.ts';
import { bringUp, takeDown } from './bring-up.ts';
import { requireIpv6 } from './bring-up-v6.ts';
import { checkPools } from './check-pools.ts';
import { choosePools } from './choose-pools.ts';
import { defaultNetwork, ensureDefaultNetwork, findNetwork } from './find-network.ts';
import { reloadFirewall } from './firewall.ts';
import { forgetForwarding } from './forward-accept.ts';
import { type NetworkContext, networkContext } from './network-context.ts';
import { bridgeName } from './network-names.ts';
import type { AddressPool, NetworkRecord } from './network-record.ts';

/** The two networks that are no bridge. Their IDs are the same on every machine. */
const fixed: readonly NetworkSummary[] = (
  [
    ['host', 'host', '1'],
    ['none', 'null', '2'],
  ] as const
).map(([name, driver, digit]) => ({
  id: digit.padStart(64, '0'),
  name,
  driver,
  pools: [],
  createdAt: '1970-01-01T00:00:00Z',
  labels: {},
  endpoints: {},
}));

/** The port's networks, but for what concerns containers: the default bridge, host, none and those somebody made. */
export function createNetworks(services: {
  readonly metadata: Metadata;
  readonly dirs: { readonly root: string };
}): Omit<Networks, 'connect' | 'disconnect'> {
  const context = networkContext(services);
  const { networks, addresses } = context.records;

  const all = (): readonly NetworkSummary[] => {
    ensureDefaultNetwork(context);
    return [...[...networks.entries()].map(([, record]) => summary(context, record)), ...fixed];
  };
  const removeRecord = async (record: NetworkRecord): Promise<void> => {
    context.metadata.transaction(() => {
      const users = [...addresses.entries(`${record.id}/`)].map(([, use]) => use.containerId.slice(0, 12));
      if (users.length > 0) {
        throw new GantryError({
          kind: 'conflict',
          code: 'network-in-use',
          message: `error while removing network: network ${record.name} has active endpoints (${users.join(', ')})`,
          hint: 'Stop these containers first.',
        });
      }
      networks.delete(record.name);
      context.metadata.journal.append({ type: 'network.removed', name: record.name });
    });
    takeDown(record);
    await forgetForwarding(record.bridge);
    await reloadFirewall(context);
  };

  return {
    async list({ filters = {} } = {}) {
      checkFilterKeys(filters, filterKeys.networks);
      return all().filter((network) => matches(network, filters));
    },

    async inspect(name) {
      const plain = fixed.find((network) => network.name === name || network.id === name);
      return plain ?? summary(context, findNetwork(context, name));
    },

    async create(name, { pools = [], ipv6 = false, labels = {} } = {}) {
      checkName(name);
      const wanted = checkPools(pools, ipv6);
      if (ipv6) requireIpv6(name);
      const record = context.metadata.transaction(() => {
        ensureDefaultNetwork(context);
        if (networks.has(name) || fixed.some((network) => network.name === name)) {
          throw conflict('network-exists', `network with name ${name} already exists`);
        }
        const id = randomHex(32);
        const made: NetworkRecord = {
          id,
          name,
          bridge: bridgeName(id),
          ...choosePools(context, wanted, ipv6),
          createdAt: new Date().toISOString(),
          labels,
        };
        networks.put(name, made);
        context.metadata.journal.append({ type: 'network.created', name });
        return made;
      });
      // The device holds the subnet against everybody else's choice.
      return summary(context, await bringUp(context, record));
    },

    async remove(name) {
      if (name === defaultNetwork || fixed.some((network) => network.name === name)) {
        throw new GantryError({
          kind: 'denied',
          code: 'network-predefined',
          message: `${name} is a pre-defined network and cannot be removed`,
        });
      }
      await removeRecord(findNetwork(context, name));
    },

    async prune({ filters = {}, dryRun = false } = {}) {
      checkFilterKeys(filters, filterKeys.networksPrune);
      checkUntil(filters);
      const unused = all().filter(
        (network) =>
          network.driver === 'bridge' &&
          network.name !== defaultNetwork &&
          Object.keys(network.endpoints).length === 0 &&
          passesPruneFilters(network, filters),
      );
      if (!dryRun) for (const { name } of unused) await removeRecord(findNetwork(context, name));
      return { removed: unused.map((network) => network.name) };
    },
  };
}

function summary(context: NetworkContext, record: NetworkRecord): NetworkSummary {
  const { id, name, ipv6, createdAt, labels } = record;
  const pools = [poolSummary(record), ...(ipv6 === undefined ? [] : [poolSummary(ipv6)])];
  const endpoints: Record<string, NetworkMember> = {};
  for (const [key, { containerId }] of context.records.addresses.entries(`${id}/`)) {
    const { address } = parseAddressKey(key);
    const { address: other = '', ...rest } = endpoints[containerId] ?? {};
    endpoints[containerId] = address.includes(':')
      ? { address: other, ipv6Address: address }
      : { ...rest, address };
  }
  return { id, name, driver: 'bridge', pools, createdAt, labels, endpoints };
}

function poolSummary({ subnet, gateway, range, reserved }: AddressPool): NetworkPool {
  return {
    subnet,
    gateway,
    ...(range !== undefined && { range }),
    ...(reserved !== undefined && { reserved }),
  };
}

/** Docker's keys that mean something here; several values of a key: any of them, of `label`: all. */
function matches(network: NetworkSummary, filters: Filters): boolean {
  return Object.entries(filters).every(([key, values]) => {
    switch (key) {
      case 'name':
        return values.some((value) => network.name.includes(value));
      case 'id':
        return values.some((value) => network.id.startsWith(value));
      case 'driver':
        return values.includes(network.driver);
      case 'label':
        return values.every((value) => hasLabel(network.labels, value));
      case 'type':
        return values.includes(isOwn(network) ? 'custom' : 'builtin');
      case 'dangling':
        return values.some((value) => (value === 'true' || value === '1') === isDangling(network));
      case 'scope':
        return values.includes('local');
      default:
        return true;
    }
  });
}

function isOwn(network: NetworkSummary): boolean {
  return network.driver === 'bridge' && network.name !== defaultNetwork;
}

function isDangling(network: NetworkSummary): boolean {
  return isOwn(network) && Object.keys(network.endpoints).length === 0;
}

function checkName(name: string): void {
  if (/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(name) && name.length <= 128 && !name.startsWith('container:'))
    return;
  throw new GantryError({
    kind: 'invalid',
    code: 'bad-network-name',
    message: `invalid network name ${JSON.stringify(name.slice(0, 140))}: want letters, digits, "_", "." and "-"`,
  });
}

function conflict(code: string, message: string): GantryError {
  return new GantryError({ kind: 'conflict', code, message });
}
