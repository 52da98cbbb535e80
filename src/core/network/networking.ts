import type { ContainerNetwork, PortBinding } from '../../engine/containers.ts';

/** What a container has of one network, from allocation until release. Kept in its record. */
export interface Endpoint extends ContainerNetwork {
  readonly containerId: string;
  readonly bridge: string;
  /** Host end of the veth pair; never used twice. */
  readonly hostInterface: string;
  /** `eth0`; another on each of its networks. */
  readonly device: string;
  readonly ports: readonly PortBinding[];
  /** What of the network's nature its cable must know; each undefined: as usual. */
  readonly internal?: true | undefined;
  readonly isolated?: true | undefined;
  readonly mtuBytes?: number | undefined;
}

/** All it has there, IPv4 first. */
export function addressesOf(endpoint: Pick<Endpoint, 'address' | 'ipv6'> | undefined): readonly string[] {
  if (endpoint === undefined) return [];
  const { address, ipv6 } = endpoint;
  return ipv6 === undefined ? [address] : [address, ipv6.address];
}

/** Bridges, addresses and published ports. Addresses are handed out in a metadata transaction: never twice. */
export interface Networking {
  /**
   * Takes an address of each family the network has, and the host ports. `conflict` / `port-in-use` with Docker's words ("Bind for 0.0.0.0:80
   * failed: port is already allocated"), also when a process outside has the port.
   */
  allocate(request: {
    readonly containerId: string;
    readonly network: string;
    readonly ports: readonly PortBinding[];
    /** Number of the device inside, behind the name the network gives it: 0, the default, makes `eth0`. */
    readonly deviceNumber?: number | undefined;
    readonly aliases?: readonly string[] | undefined;
    /** Rejects `conflict` / `address-in-use`, `invalid` / `address-outside` where it cannot be had. */
    readonly address?: string | undefined;
    readonly ipv6Address?: string | undefined;
    readonly macAddress?: string | undefined;
  }): Promise<Endpoint>;
  /**
   * Sockets bound to its published ports, in this process: the container's monitor inherits them and so reserves the
   * ports as long as it lives. Ours are closed by `letGo`, or by `release`.
   */
  heldDescriptors(endpoint: Endpoint): readonly number[];
  letGo(endpoint: Endpoint): void;
  /** Makes a network namespace to connect, where the caller's thread may not; a descriptor of it, the caller's to close. */
  readonly openNamespace?: (() => Promise<number>) | undefined;
  /** The veth pair, its address and routes, and forwarding of the ports. Bridge and rules are there since `allocate`. */
  connect(endpoint: Endpoint, netnsPath: string): Promise<void>;
  /**
   * Takes a running container off a network. Its published ports, and its way out where that was this one, pass to
   * `heir`; the result is the heir as it is then.
   */
  disconnect(
    endpoint: Endpoint,
    netnsPath: string,
    heir: Endpoint | undefined,
  ): Promise<Endpoint | undefined>;
  /** Leads ports that the container's monitor holds already to an endpoint; the result is the endpoint as it is then. */
  adoptPorts(endpoint: Endpoint, ports: readonly PortBinding[]): Promise<Endpoint>;
  /** Loads the rules again where somebody flushed them. */
  ensureRules(): Promise<void>;
  /** Rules and address given back. Idempotent; the kernel reaps the interface with its namespace. */
  release(endpoint: Endpoint): Promise<void>;
  /** Gives back all that a container has, whose endpoints nobody knows any more. */
  releaseAll(containerId: string): Promise<void>;
  /** Gives back what belongs to containers that are not in `living`; removes rules nobody needs. */
  reconcile(living: ReadonlySet<string>): Promise<void>;
}
