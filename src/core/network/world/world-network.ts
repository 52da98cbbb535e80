import { closeSync, openSync } from 'node:fs';
import { GantryError } from '../../../base/gantry-error.ts';
import type { PortBinding } from '../../../engine/containers.ts';
import type { Networks } from '../../../engine/networks.ts';
import { hostRoutes, hostRoutesV6 } from '../../host/netlink/host-routes.ts';
import { type OwnWorld, worldNetworkPath } from '../../host/user-world/own-world.ts';
import { ensureUplink, isUplinkUp, uplinkDevice, uplinkSocket } from '../../host/user-world/uplink.ts';
import type { Metadata } from '../../metadata/metadata.ts';
import { createNetworks } from '../create-networks.ts';
import { findNetwork } from '../find-network.ts';
import { networkContext } from '../network-context.ts';
import type { NetworkRecord } from '../network-record.ts';
import type { Endpoint, Networking } from '../networking.ts';
import { leadTo, placesOf } from '../port-places.ts';
import { bindPortsPatiently } from '../port-pool.ts';
import type { CallNetworkThread } from './network-thread.ts';
import { publish, publishAsRecorded } from './published-ports.ts';

/** The networks of a user who is not root: in the network namespace of their world, joined to the machine by an uplink. */
export interface WorldNetwork {
  readonly networking: Networking;
  readonly networks: Omit<Networks, 'connect' | 'disconnect'>;
  /** Starts the uplink that was lost, and publishes again what containers have. */
  heal(): Promise<void>;
}

/** Nothing is started before it is needed, and for lists nothing is. */
export function openWorldNetwork(
  services: {
    readonly metadata: Metadata;
    readonly dirs: { readonly root: string; readonly database: string };
  },
  world: OwnWorld,
): WorldNetwork {
  const { root, database } = services.dirs;
  const uplink = {
    device: uplinkDevice,
    machineNetworks: [...hostRoutes(), ...hostRoutesV6()].filter(({ prefixLength }) => prefixLength > 0),
  };
  const context = networkContext({ ...services, uplink });
  const socket = uplinkSocket(world);
  const held = new Map<string, Disposable>();
  const letGo = ({ hostInterface }: Endpoint): void => {
    held.get(hostInterface)?.[Symbol.dispose]();
    held.delete(hostInterface);
  };

  let thread: Promise<CallNetworkThread> | undefined;
  const call = async (...asked: Parameters<CallNetworkThread>): Promise<unknown> => {
    thread ??= import('./network-thread.ts').then(({ startNetworkThread }) =>
      startNetworkThread({ netnsPath: worldNetworkPath(world), root, database, uplink }),
    );
    return (await thread)(...asked);
  };
  let published = false;
  const ensureUp = async (publishes: boolean): Promise<void> => {
    const { isNew } = await ensureUplink(world);
    if (!isNew && (published || !publishes)) return;
    await publishAsRecorded(socket, context, { missing: true });
    published = true;
  };
  const republish = async (): Promise<void> => {
    published = false;
    await ensureUp(true);
  };
  /** What has no record any more. Where there is no uplink nothing is published. */
  const withdraw = async (): Promise<void> => {
    if (isUplinkUp(world)) await publishAsRecorded(socket, context, { missing: false });
  };

  const networking: Networking = {
    async allocate({ ports, ...request }) {
      const [places] = await Promise.all([
        placesV4(ports, findNetwork(context, request.network)),
        ensureUp(ports.length > 0),
      ]);
      const bound = await bindPortsPatiently(context.records, places);
      try {
        const values = { ...request, ports: bound.bindings };
        const endpoint = (await call('networking', 'allocate', values)) as Endpoint;
        held.set(endpoint.hostInterface, bound);
        return endpoint;
      } catch (error) {
        bound[Symbol.dispose]();
        throw error;
      }
    },

    /** With the world's network among them, it can be found again when its keeper was killed. */
    heldDescriptors({ hostInterface }) {
      const fd = openSync(worldNetworkPath(world), 'r');
      const stack = new DisposableStack();
      stack.defer(() => closeSync(fd));
      const bound = held.get(hostInterface);
      if (bound !== undefined) stack.use(bound);
      held.set(hostInterface, stack);
      return [fd];
    },

    letGo,

    openNamespace: async () => (await call('thread', 'newNetworkNamespace')) as number,

    async connect(endpoint, netnsPath) {
      await call('networking', 'connect', endpoint, netnsPath);
      // The uplink takes them over.
      letGo(endpoint);
      await publish(socket, leadTo(endpoint, endpoint.ports));
    },

    async disconnect(endpoint, netnsPath, heir) {
      const left = await call('networking', 'disconnect', endpoint, netnsPath, heir);
      await republish();
      return left as Endpoint | undefined;
    },

    async adoptPorts(endpoint, ports) {
      const adopted = (await call('networking', 'adoptPorts', endpoint, ports)) as Endpoint;
      await republish();
      return adopted;
    },

    async release(endpoint) {
      letGo(endpoint);
      await call('networking', 'release', endpoint);
      if (endpoint.ports.length > 0) await withdraw();
    },

    async ensureRules() {
      await call('networking', 'ensureRules');
    },
    async releaseAll(containerId) {
      await call('networking', 'releaseAll', containerId);
      await withdraw();
    },

    async reconcile(living) {
      await call('networking', 'reconcile', living);
      await withdraw();
    },
  };

  const { list, inspect, prune } = createNetworks({ ...services, uplink });
  const networks: WorldNetwork['networks'] = {
    list,
    inspect,
    async create(name, { signal: _, ...options } = {}) {
      return (await call('networks', 'create', name, options)) as Awaited<ReturnType<Networks['create']>>;
    },
    async remove(name) {
      await call('networks', 'remove', name);
    },
    async prune({ signal: _, ...options } = {}) {
      if (options.dryRun === true) return prune(options);
      return (await call('networks', 'prune', options)) as Awaited<ReturnType<Networks['prune']>>;
    },
  };

  return { networking, networks, heal: republish };
}

/** What is to be published by itself on every address is so on those of IPv4. Throws `unsupported` / `port-address`. */
function placesV4(asked: readonly PortBinding[], network: NetworkRecord): readonly PortBinding[] {
  const impossible = asked.find(({ hostAddress }) => hostAddress.includes(':'));
  if (impossible === undefined) {
    return placesOf(asked, network).filter(({ hostAddress }) => !hostAddress.includes(':'));
  }
  throw new GantryError({
    kind: 'unsupported',
    code: 'port-address',
    message: `cannot publish a port on [${impossible.hostAddress}]: without root ports are published on IPv4`,
    hint: 'Publish it on an IPv4 address, 127.0.0.1 for one, or run gantry as root.',
  });
}
