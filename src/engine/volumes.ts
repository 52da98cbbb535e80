import type { Filters } from './filters.ts';
import type { CallOptions } from './operation.ts';

export interface VolumeSummary {
  readonly name: string;
  readonly anonymous: boolean;
  readonly driver: 'local';
  readonly mountpoint: string;
  readonly createdAt: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly usedBy: readonly string[];
}

export interface Volumes {
  list(options?: CallOptions & { readonly filters?: Filters }): Promise<readonly VolumeSummary[]>;
  inspect(name: string, options?: CallOptions): Promise<VolumeSummary>;
  create(
    options?: CallOptions & { readonly name?: string; readonly labels?: Readonly<Record<string, string>> },
  ): Promise<VolumeSummary>;
  remove(name: string, options?: CallOptions & { readonly force?: boolean }): Promise<void>;
  prune(
    options?: CallOptions & { readonly all?: boolean; readonly filters?: Filters; readonly dryRun?: boolean },
  ): Promise<{ readonly removed: readonly string[]; readonly reclaimedBytes: number }>;
}
