import { isErrorKind } from '../../../base/is-error-code.ts';
import type { CoreServices } from '../../core-services.ts';
import type { Collection, Lease } from '../../metadata/metadata.ts';
import { type CacheRecord, cacheRecords } from './cache-records.ts';

/** A record used again within this time is not written again. */
const freshMs = 60_000;

/** The cache as one build sees it: what it finds is protected by its lease, and noted as used when the build ends. */
export class BuildCache {
  readonly #records: Collection<CacheRecord>;
  readonly #services: CoreServices;
  readonly #lease: Lease;
  readonly #used = new Map<string, CacheRecord>();
  readonly #kept = new Map<string, CacheRecord>();

  constructor(services: CoreServices, lease: Lease) {
    this.#records = cacheRecords(services.metadata);
    this.#services = services;
    this.#lease = lease;
  }

  /**
   * The record of a key whose layer is there, protected from now on. A record whose layer is gone, or that cannot be read,
   * is dropped.
   */
  find(key: string): CacheRecord | undefined {
    const record = this.#read(key);
    if (record === undefined) return undefined;
    if (record.layer !== undefined) {
      this.#lease.protect({ kind: 'snapshot', key: record.layer.chainId });
      if (this.#services.snapshots.info(record.layer.chainId)?.kind !== 'committed') {
        this.#records.delete(key);
        return undefined;
      }
    }
    this.#used.set(key, record);
    return record;
  }

  #read(key: string): CacheRecord | undefined {
    try {
      return this.#records.get(key);
    } catch (error) {
      if (!isErrorKind(error, 'corrupt')) throw error;
      this.#records.delete(key);
      return undefined;
    }
  }

  /** Keeps what a step came to under all its keys, from now on for everybody. */
  keep(keys: readonly string[], record: CacheRecord): void {
    this.#services.metadata.transaction(() => {
      for (const key of keys) this.#records.put(key, record);
    });
    for (const key of keys) this.#kept.set(key, record);
  }

  /** As `keep`, unless another build has kept one since we looked: then that one. */
  keepFirst(key: string, record: CacheRecord): CacheRecord {
    const kept = this.#services.metadata.transaction(() => {
      const first = this.#read(key);
      if (first === undefined) this.#records.put(key, record);
      return first ?? record;
    });
    this.#kept.set(key, kept);
    return kept;
  }

  /** All this build has found and made, by key. */
  records(): ReadonlyMap<string, CacheRecord> {
    return new Map([...this.#used, ...this.#kept]);
  }

  /** Notes the time of use. Called once, at the end of a build. */
  touch(nowMs: number): void {
    const lastUsedAt = new Date(nowMs).toISOString();
    const stale = [...this.#used].filter(([, record]) => !(nowMs - Date.parse(record.lastUsedAt) < freshMs));
    if (stale.length === 0) return;
    this.#services.metadata.transaction(() => {
      for (const [key, record] of stale) {
        if (this.#records.has(key)) this.#records.put(key, { ...record, lastUsedAt });
      }
    });
  }
}
