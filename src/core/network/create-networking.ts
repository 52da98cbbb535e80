import { GantryError } from '../../base/gantry-error.ts';
import { addressBytes } from '../../base/ip-address.ts';
import { parseNetwork } from '../../base/ip-network.ts';
import type { NetworkPlace, PortBinding } from '../../engine/containers.ts';
import { isAlive, ownIdentity } from '../host/process-identity.ts';
import { randomHex } from '../host/random-hex.ts';
import type { Metadata } from '../metadata/metadata.ts';
import { parseAddressKey, returnAddress, takeAddress } from './address-pool.ts';
import { bridgeOptions } from './bridge-options.ts';
import { bringUp } from './bring-up.ts';
import { plugIn, reachItself, unplug } from './connect-endpoint.ts';
import { findNetwork } from './find-network.ts';
import { closePorts, ensureFirewall, openPorts } from './firewall.ts';
import { type NetworkContext, networkContext, type Uplink } from './network-context.ts';
import type { AddressPool, AddressRecord, NetworkRecord, PublishedPort } from './network-record.ts';
import { addressesOf, type Endpoint, type Networking } from './networking.ts';
import { leadTo, placesOf } from './port-places.ts';
import { type BoundPorts, bindPortsPatiently, returnPorts, takePorts } from './port-pool.ts';
import { takenAway } from './take-away.ts';

/** Bridges, addresses and published ports of one engine root. Nothing is read or made before its first use. */
export function createNetworking(services: {
  readonly metadata: Metadata;
  readonly dirs: { readonly root: string };
  readonly uplink?: Uplink | undefined;
  /** Who binds ports of the machine, where it is not this thread that can. */
  readonly bind?: typeof bindPortsPatiently | undefined;
}): Networking {
  const context = networkContext(services);
  const { bind = bindPortsPatiently } = services;
  /** Sockets of endpoints whose monitor has not got them yet. */
  const held = new Map<string, BoundPorts>();
  const letGo = (endpoint: Endpoint): void => {
    held.get(endpoint.hostInterface)?.[Symbol.dispose]();
    held.delete(endpoint.hostInterface);
  };

  const adoptPorts = async (endpoint: Endpoint, wanted: readonly PortBinding[]): Promise<Endpoint> => {
    const inherited = leadTo(endpoint, wanted);
    if (inherited.length === 0) return endpoint;
    const { containerId, hostInterface } = endpoint;
    // The sockets that hold them on the host are the monitor's, whatever network they lead to.
    context.metadata.transaction(() =>
      takePorts(context.records, inherited, { containerId, hostInterface, owner: ownIdentity() }),
    );
    reachItself(endpoint);
    await openPorts(context, inherited);
    const ports = inherited.map(
      ({ protocol, containerPort, hostAddress, hostPort }): PortBinding => ({
        protocol,
        containerPort,
        hostAddress,
        hostPort,
      }),
    );
    return { ...endpoint, ports: [...endpoint.ports, ...ports] };
  };

  return {
    async allocate({ containerId, network, ports, ...wanted }) {
      for (;;) {
        const seen = takenAway(context);
        const record = await bringUp(context, findNetwork(context, network));
        const bound = await bind(context.records, placesOf(ports, record));
        try {
          const endpoint = context.metadata.transaction(() =>
            takenAway(context) === seen
              ? takeEndpoint(context, record.name, containerId, bound.bindings, wanted)
              : undefined,
          );
          if (endpoint !== undefined) {
            held.set(endpoint.hostInterface, bound);
            return endpoint;
          }
        } catch (error) {
          bound[Symbol.dispose]();
          throw error;
        }
        bound[Symbol.dispose]();
      }
    },

    heldDescriptors: (endpoint) => held.get(endpoint.hostInterface)?.descriptors ?? [],

    letGo,

    async connect(endpoint, netnsPath) {
      plugIn(endpoint, netnsPath);
      await openPorts(context, leadTo(endpoint, endpoint.ports));
    },

    async disconnect(endpoint, netnsPath, heir) {
      unplug(endpoint, netnsPath, heir);
      const lost = giveBack(context, endpoint.networkId, endpoint);
      closePorts(context, lost);
      return heir === undefined ? undefined : adoptPorts(heir, lost);
    },

    adoptPorts,

    ensureRules: () => ensureFirewall(context, ['ip']),

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
  { deviceNumber = 0, ...wanted }: Omit<EndpointRequest, 'containerId' | 'network' | 'ports'>,
): Endpoint {
  const use = {
    containerId,
    // Fifteen bytes at most; the kernel reaps devices late, so a name never comes twice.
    hostInterface: `gv${randomHex(6)}`,
    owner: ownIdentity(),
  };
  const { records } = context;
  return context.metadata.transaction(() => {
    const network = findNetwork(context, networkName);
    const address = takeAddress(records, network, 4, use, wanted.address);
    const { ipv6, internal } = network;
    const { devicePrefix, mayTalk, mtuBytes } = bridgeOptions(network.options);
    if (ipv6 === undefined && wanted.ipv6Address !== undefined)
      throw noIpv6(network.name, wanted.ipv6Address);
    const endpoint: Endpoint = {
      ...endpointOf(network, placeIn(network, address), use, bindings),
      ...(ipv6 !== undefined && {
        ipv6: placeIn(ipv6, takeAddress(records, network, 6, use, wanted.ipv6Address)),
      }),
      device: `${devicePrefix}${deviceNumber}`,
      ...(internal && { internal }),
      ...(!mayTalk && { isolated: true }),
      ...(mtuBytes !== undefined && { mtuBytes }),
      ...given(wanted),
    };
    takePorts(records, leadTo(endpoint, bindings), use);
    return endpoint;
  });
}

function noIpv6(network: string, address: string): GantryError {
  return new GantryError({
    kind: 'invalid',
    code: 'address-outside',
    message: `Invalid address ${address}: It does not belong to any of this network's subnets`,
    hint: `Network ${network} has no IPv6; it has it when made with --ipv6.`,
  });
}

function placeIn({ subnet, gateway }: AddressPool, address: string): NetworkPlace {
  return { address, prefixLength: parseNetwork(subnet).prefixLength, gateway };
}

function endpointOf(
  network: NetworkRecord,
  place: NetworkPlace,
  use: { readonly containerId: string; readonly hostInterface: string },
  ports: readonly PortBinding[],
): Omit<Endpoint, 'device'> {
  return {
    containerId: use.containerId,
    networkId: network.id,
    name: network.name,
    bridge: network.bridge,
    hostInterface: use.hostInterface,
    aliases: [],
    ...place,
    // From the address, as Docker's: neighbours' caches stay right when an address changes hands.
    macAddress: `02:42:${addressBytes(place.address)
      .toString('hex')
      .replace(/..(?!$)/g, '$&:')}`,
    ports,
  };
}

function given({ aliases, macAddress }: Pick<EndpointRequest, 'aliases' | 'macAddress'>) {
  return {
    ...(aliases !== undefined && { aliases }),
    ...(macAddress !== undefined && { macAddress }),
  };
}

function giveBackThose(context: NetworkContext, isOver: (use: AddressRecord) => boolean): void {
  const { addresses, ports } = context.records;
  const allPorts = [...ports.entries()];
  for (const [key, use] of [...addresses.entries()]) {
    if (!isOver(use)) continue;
    const { networkId, address } = parseAddressKey(key);
    const bindings = allPorts
      .filter(([, port]) => port.hostInterface === use.hostInterface)
      .map(([, port]) => port);
    closePorts(context, giveBack(context, networkId, { ...use, address, ports: bindings }));
  }
}

function giveBack(
  context: NetworkContext,
  networkId: string,
  use: {
    readonly address: string;
    readonly ipv6?: NetworkPlace | undefined;
    readonly hostInterface: string;
    readonly ports: readonly PortBinding[];
  },
): readonly PublishedPort[] {
  const { records, metadata } = context;
  return metadata.transaction(() => {
    for (const address of addressesOf(use)) returnAddress(records, networkId, address, use.hostInterface);
    return returnPorts(records, use.ports, use.hostInterface);
  });
}
