import type { PortBinding } from '../../engine/containers.ts';
import { isAlive, ownIdentity } from '../host/process-identity.ts';
import { randomHex } from '../host/random-hex.ts';
import type { Metadata } from '../metadata/metadata.ts';
import { returnAddress, takeAddress } from './address-pool.ts';
import { bringUp } from './bring-up.ts';
import { plugIn, unplug } from './connect-endpoint.ts';
import { findNetwork } from './find-network.ts';
import { closePorts, openPorts } from './firewall.ts';
import { formatIpv4, parseIpv4, parseSubnet } from './ipv4.ts';
import { type NetworkContext, networkContext } from './network-context.ts';
import type { AddressRecord, NetworkRecord, PublishedPort } from './network-record.ts';
import type { Endpoint, Networking } from './networking.ts';
import { type BoundPorts, bindPortsPatiently, returnPorts, takePorts } from './port-pool.ts';

/** Bridges, addresses and published ports of one engine root. Nothing is read or made before its first use. */
export function createNetworking(services: {
  readonly metadata: Metadata;
  readonly dirs: { readonly root: string };
}): Networking {
  const context = networkContext(services);
  /** Sockets of endpoints whose monitor has not got them yet. */
  const held = new Map<string, BoundPorts>();
  const letGo = (endpoint: Endpoint): void => {
    held.get(endpoint.hostInterface)?.[Symbol.dispose]();
    held.delete(endpoint.hostInterface);
  };

  return {
    async allocate({ containerId, network, ports, ...wanted }) {
      const record = await bringUp(context, findNetwork(context, network));
      const bound = await bindPortsPatiently(context.records, ports);
      try {
        const endpoint = takeEndpoint(context, record.name, containerId, bound.bindings, wanted);
        held.set(endpoint.hostInterface, bound);
        return endpoint;
      } catch (error) {
        bound[Symbol.dispose]();
        throw error;
      }
    },

    heldDescriptors: (endpoint) => held.get(endpoint.hostInterface)?.descriptors ?? [],

    letGo,

    async connect(endpoint, netnsPath) {
      plugIn(endpoint, netnsPath);
      await openPorts(
        context,
        endpoint.ports.map((binding) => ({ ...binding, address: endpoint.address })),
      );
    },

    async disconnect(endpoint, netnsPath, heir) {
      unplug(endpoint, netnsPath, heir);
      const lost = giveBack(context, endpoint.networkId, endpoint);
      closePorts(context, lost);
      if (heir === undefined || lost.length === 0) return heir;
      const { containerId, hostInterface, address } = heir;
      // The sockets that hold them on the host are the monitor's, whatever network they lead to.
      context.metadata.transaction(() =>
        takePorts(context.records, lost, { containerId, hostInterface, address, owner: ownIdentity() }),
      );
      await openPorts(
        context,
        lost.map((binding) => ({ ...binding, address })),
      );
      return { ...heir, ports: [...heir.ports, ...endpoint.ports] };
    },

    async release(endpoint) {
      closePorts(context, giveBack(context, endpoint.networkId, endpoint));
      letGo(endpoint);
    },

    async releaseAll(containerId) {
      giveBackThose(context, (use) => use.containerId === containerId);
    },

    async reconcile(living) {
      giveBackThose(context, ({ containerId, owner }) => !living.has(containerId) && !isAlive(owner));
    },
  };
}

type EndpointRequest = Parameters<Networking['allocate']>[0];

function takeEndpoint(
  context: NetworkContext,
  networkName: string,
  containerId: string,
  bindings: readonly PortBinding[],
  wanted: Pick<EndpointRequest, 'device' | 'aliases' | 'address' | 'macAddress'>,
): Endpoint {
  const use = {
    containerId,
    // Fifteen bytes at most; the kernel reaps devices late, so a name never comes twice.
    hostInterface: `gv${randomHex(6)}`,
    owner: ownIdentity(),
  };
  return context.metadata.transaction(() => {
    const network = findNetwork(context, networkName);
    const address = takeAddress(context.records, network, use, wanted.address);
    takePorts(context.records, bindings, { ...use, address: formatIpv4(address) });
    return { ...endpointOf(network, address, use, bindings), ...given(wanted) };
  });
}

function endpointOf(
  network: NetworkRecord,
  address: number,
  use: { readonly containerId: string; readonly hostInterface: string },
  ports: readonly PortBinding[],
): Endpoint {
  const hex = address.toString(16).padStart(8, '0');
  return {
    containerId: use.containerId,
    networkId: network.id,
    name: network.name,
    bridge: network.bridge,
    hostInterface: use.hostInterface,
    device: 'eth0',
    aliases: [],
    address: formatIpv4(address),
    prefixLength: parseSubnet(network.subnet).prefixLength,
    gateway: network.gateway,
    // From the address, as Docker's: neighbours' caches stay right when an address changes hands.
    macAddress: `02:42:${hex.replace(/..(?!$)/g, '$&:')}`,
    ports,
  };
}

function given({ device, aliases, macAddress }: Pick<EndpointRequest, 'device' | 'aliases' | 'macAddress'>) {
  return {
    ...(device !== undefined && { device }),
    ...(aliases !== undefined && { aliases }),
    ...(macAddress !== undefined && { macAddress }),
  };
}

function giveBackThose(context: NetworkContext, isOver: (use: AddressRecord) => boolean): void {
  const { addresses, ports } = context.records;
  const allPorts = [...ports.entries()];
  for (const [key, use] of [...addresses.entries()]) {
    if (!isOver(use)) continue;
    const [networkId = '', address = ''] = key.split('/');
    const bindings = allPorts
      .filter(([, port]) => port.hostInterface === use.hostInterface)
      .map(([, port]) => port);
    const lost = { ...use, address: formatIpv4(Number.parseInt(address, 16)), ports: bindings };
    closePorts(context, giveBack(context, networkId, lost));
  }
}

function giveBack(
  context: NetworkContext,
  networkId: string,
  use: { readonly address: string; readonly hostInterface: string; readonly ports: readonly PortBinding[] },
): readonly PublishedPort[] {
  return context.metadata.transaction(() => {
    returnAddress(context.records, networkId, parseIpv4(use.address) ?? 0, use.hostInterface);
    return returnPorts(context.records, use.ports, use.hostInterface);
  });
}
