import type { NetworkAttachment } from './containers.ts';
import type { Filters } from './filters.ts';
import type { CallOptions } from './operation.ts';

/** The addresses of one family that a network has. */
export interface NetworkPool {
  /** CIDR. */
  readonly subnet: string;
  readonly gateway: string;
  /** The part of the subnet that addresses are taken from; undefined: all of it. */
  readonly range?: string | undefined;
  /** Addresses that are never given to containers, by what has them. */
  readonly reserved?: Readonly<Record<string, string>> | undefined;
}

/** Where a container is on a network. */
export interface NetworkMember {
  readonly address: string;
  readonly ipv6Address?: string | undefined;
}

export interface NetworkSummary {
  readonly id: string;
  readonly name: string;
  readonly driver: 'bridge' | 'host' | 'null';
  /** IPv4, then IPv6 where it has that. None for `host` and `none`. */
  readonly pools: readonly NetworkPool[];
  /** There is no way from it to elsewhere, nor back. */
  readonly internal: boolean;
  readonly attachable: boolean;
  /** Of the driver, as they were given. */
  readonly options: Readonly<Record<string, string>>;
  readonly createdAt: string;
  readonly labels: Readonly<Record<string, string>>;
  /** By container ID. */
  readonly endpoints: Readonly<Record<string, NetworkMember>>;
}

/** What a new network is to be. */
export interface NetworkSpec {
  /** At most one a family; what is left out the engine chooses. */
  readonly pools?: readonly (Omit<NetworkPool, 'gateway'> & Partial<Pick<NetworkPool, 'gateway'>>)[];
  readonly ipv6?: boolean;
  readonly internal?: boolean;
  readonly attachable?: boolean;
  /** Docker's of its bridge driver (`com.docker.network.bridge.name`); others are kept and mean nothing. */
  readonly options?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
}

export interface Networks {
  list(options?: CallOptions & { readonly filters?: Filters }): Promise<readonly NetworkSummary[]>;
  inspect(name: string, options?: CallOptions): Promise<NetworkSummary>;
  /** Rejects `conflict` where name or addresses are taken, `invalid` for addresses that do not fit each other. */
  create(name: string, options?: CallOptions & NetworkSpec): Promise<NetworkSummary>;
  /**
   * Puts a container on a further network, at once where it runs. Rejects `conflict` where it is on it already, has the
   * network of the host or of another container, or the address is taken.
   */
  connect(
    network: string,
    container: string,
    options?: CallOptions & Omit<NetworkAttachment, 'network'>,
  ): Promise<void>;
  /** Takes it off again. Ports published there move to another of its networks. `force`: not being on it is fine. */
  disconnect(
    network: string,
    container: string,
    options?: CallOptions & { readonly force?: boolean },
  ): Promise<void>;
  remove(name: string, options?: CallOptions): Promise<void>;
  prune(
    options?: CallOptions & { readonly filters?: Filters; readonly dryRun?: boolean },
  ): Promise<{ readonly removed: readonly string[] }>;
}
