import { GantryError } from '../../base/gantry-error.ts';
import { checkFilterKeys, filterKeys } from '../../engine/filter-keys.ts';
import type { NetworkSummary, Networks } from '../../engine/networks.ts';
import { checkUntil, passesPruneFilters } from '../../engine/prune-filters.ts';
import { randomHex } from '../host/random-hex.ts';
import { isErrno } from '../host/system-error.ts';
import type { Metadata } from '../metadata/metadata.ts';
import { bridgeOptions } from './bridge-options.ts';
import { bringUp, takeDown } from './bring-up.ts';
import { requireIpv6 } from './bring-up-v6.ts';
import { checkPools } from './check-pools.ts';
import { choosePools } from './choose-pools.ts';
import { defaultNetwork, ensureDefaultNetwork, findNetwork } from './find-network.ts';
import { reloadFirewall } from './firewall.ts';
import { forgetForwarding } from './forward-accept.ts';
import { type NetworkContext, networkContext, type Uplink } from './network-context.ts';
import { checkFilterValues, matchesFilters } from './network-filters.ts';
import { bridgeName } from './network-names.ts';
import type { NetworkRecord } from './network-record.ts';
import { networkSummary } from './network-summary.ts';
import { takeAway } from './take-away.ts';

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
  internal: false,
  attachable: false,
  options: {},
  createdAt: '1970-01-01T00:00:00Z',
  labels: {},
  endpoints: {},
}));

/** The port's networks, but for what concerns containers: the default bridge, host, none and those somebody made. */
export function createNetworks(services: {
  readonly metadata: Metadata;
  readonly dirs: { readonly root: string };
  readonly uplink?: Uplink | undefined;
}): Omit<Networks, 'connect' | 'disconnect'> {
  const context = networkContext(services);
  const { networks, addresses } = context.records;

  const all = (): readonly NetworkSummary[] => {
    ensureDefaultNetwork(context);
    return [...[...networks.entries()].map(([, record]) => networkSummary(context, record)), ...fixed];
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
      context.metadata.journal.append({ type: 'network.removed', id: record.id, name: record.name });
    });
    takeDown(record);
    await forgetForwarding(record.bridge);
    await reloadFirewall(context);
  };

  return {
    async list({ filters = {} } = {}) {
      checkFilterKeys(filters, filterKeys.networks);
      checkFilterValues(filters);
      return all()
        .filter((network) => matchesFilters(network, filters))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
    },

    async inspect(name) {
      const plain = fixed.find((network) => network.name === name || network.id === name);
      return plain ?? networkSummary(context, findNetwork(context, name));
    },

    async create(name, { pools = [], ipv6 = false, internal, attachable, options = {}, labels = {} } = {}) {
      checkName(name);
      const { device } = bridgeOptions(options);
      const wanted = checkPools(pools, ipv6);
      if (ipv6) requireIpv6(name);
      const record = context.metadata.transaction(() => {
        ensureDefaultNetwork(context);
        if (networks.has(name) || fixed.some((network) => network.name === name)) {
          throw conflict('network-exists', `network with name ${name} already exists`);
        }
        const id = randomHex(32);
        const bridge = device ?? bridgeName(id);
        checkDevice(context, bridge, { id, name });
        const made: NetworkRecord = {
          id,
          name,
          bridge,
          ...choosePools(context, wanted, ipv6),
          ...(internal && { internal }),
          ...(attachable && { attachable }),
          ...(Object.keys(options).length > 0 && { options }),
          createdAt: new Date().toISOString(),
          labels,
        };
        networks.put(name, made);
        context.metadata.journal.append({ type: 'network.created', id, name });
        return made;
      });
      try {
        // The device holds the subnet against everybody else's choice.
        return networkSummary(context, await bringUp(context, record));
      } catch (error) {
        // It is gone from the records by then; what else fails has failed before.
        await removeRecord(record).catch(() => undefined);
        throw error;
      }
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
      if (!dryRun) {
        for (const { name } of unused) await removeRecord(findNetwork(context, name));
        if (Object.keys(filters).length === 0) await takeAway(context).catch(passDenial);
        context.metadata.journal.append({ type: 'network.pruned', reclaimed: 0 });
      }
      return { removed: unused.map((network) => network.name) };
    },
  };
}

/** Who may change nothing in the kernel has made nothing there. */
function passDenial(error: unknown): void {
  if (!isErrno(error, 'EPERM', 'EACCES')) throw error;
}

/** Two networks never have one device. */
function checkDevice(
  context: NetworkContext,
  bridge: string,
  { id, name }: Pick<NetworkRecord, 'id' | 'name'>,
): void {
  const other = [...context.records.networks.entries()].find(([, record]) => record.bridge === bridge)?.[1];
  if (other === undefined) return;
  throw conflict(
    'device-exists',
    `cannot create network ${id} (${name}): conflicts with network ${other.id} (${other.name}): networks have same bridge name`,
  );
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
