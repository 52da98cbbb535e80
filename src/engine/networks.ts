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
  remove(name: string, options?: CallOptions): Promise<void>;
  prune(
    options?: CallOptions & { readonly filters?: Filters; readonly dryRun?: boolean },
  ): Promise<{ readonly removed: readonly string[] }>;
}
