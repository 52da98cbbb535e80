import type { NetworkAttachment } from './containers.ts';
import type { Filters } from './filters.ts';
import type { CallOptions } from './operation.ts';

export interface NetworkSummary {
  readonly id: string;
  readonly name: string;
  readonly driver: 'bridge' | 'host' | 'null';
  readonly subnet: string | undefined;
  readonly gateway: string | undefined;
  readonly createdAt: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Container ID → address. */
  readonly endpoints: Readonly<Record<string, string>>;
}

export interface Networks {
  list(options?: CallOptions & { readonly filters?: Filters }): Promise<readonly NetworkSummary[]>;
  inspect(name: string, options?: CallOptions): Promise<NetworkSummary>;
  create(
    name: string,
    options?: CallOptions & { readonly subnet?: string; readonly labels?: Readonly<Record<string, string>> },
  ): Promise<NetworkSummary>;
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
