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
  /** What is in it as a tar, owners and attributes included; stop or pause who writes to it first. */
  export(
    name: string,
    options?: CallOptions & { readonly compression?: 'none' | 'gzip' },
  ): AsyncIterable<Uint8Array>;
  /**
   * Unpacks a tar, plain, gzip or zstd, into a volume, which is made where it is not there, and goes again when that
   * fails. Rejects `conflict` / `volume-not-empty` unless `force`.
   */
  import(
    name: string,
    archive: AsyncIterable<Uint8Array>,
    options?: CallOptions & { readonly force?: boolean },
  ): Promise<{ readonly entries: number; readonly bytes: number }>;
  prune(
    options?: CallOptions & {
      readonly all?: boolean;
      readonly filters?: Filters;
      readonly dryRun?: boolean;
      /** For `dryRun`: as if these containers, by ID, were gone. */
      readonly withoutContainers?: readonly string[];
    },
  ): Promise<{ readonly removed: readonly string[]; readonly reclaimedBytes: number }>;
}
