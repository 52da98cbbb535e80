import type { EngineEvent, EventOptions, NewEngineEvent } from '../../engine/events.ts';

/** Records of one kind, JSON documents by key. Reads see the enclosing transaction. All calls are synchronous. */
export interface Collection<T> {
  get(key: string): T | undefined;
  has(key: string): boolean;
  put(key: string, value: T): void;
  /** Whether there was one. */
  delete(key: string): boolean;
  /**
   * In key order. `prefix` narrows it (an index range, not a scan). `without`: members of the documents by their path
   * (`config.history`) that come as if they were not there: what is large, and not looked at.
   */
  entries(prefix?: string, without?: readonly string[]): IterableIterator<readonly [key: string, value: T]>;
  /** As `entries`, without looking at the documents: damaged ones too. */
  keys(prefix?: string): readonly string[];
  count(): number;
}

/** Turns what was stored into a `T`, or throws `corrupt`. */
export type Decode<T> = (document: unknown, key: string) => T;

/**
 * The transactional store of all records, shared by every process on one root. SQLite in WAL mode: readers never
 * wait, writers queue, a killed process leaves no half-written record.
 */
export interface Metadata extends Disposable {
  /**
   * Runs `work` as one write transaction (`BEGIN IMMEDIATE`): all of it happens or none. Nested calls join the outer
   * one (one that throws undoes its own part only). `work` must be synchronous and short: it holds the only write lock.
   * Whatever kills the process loses nothing; a power cut may lose the newest ones unless `durable`, which flushes:
   * for deleting a record before its files are deleted, and for what a person was promised.
   */
  transaction<T>(work: () => T, options?: { readonly durable?: boolean | undefined }): T;
  /** `name` is `[a-z-]+`. Opening it is free. */
  collection<T>(name: string, decode: Decode<T>): Collection<T>;
  /** What lists show of the records of images. */
  readonly imageSummaries: Summaries;
  readonly journal: Journal;
  readonly leases: Leases;
  /** What SQLite finds wrong with the file, in its words; `full` compares the indexes with the tables too. */
  verify(how: 'quick' | 'full'): readonly string[];
}

/**
 * A small part of each record of a collection, worked out and kept by the database itself whenever a record changes
 * (see `schema.ts`): reading them all costs a fraction of reading the records.
 */
export interface Summaries {
  /** In the order of the keys; the key alone where the record is damaged. */
  all(): readonly unknown[];
  /** Keys of which the summary is missing, left over or not what the record says. Nothing but damage does that. */
  wrong(): readonly string[];
  /** Works it out anew from the record, if there is one. Inside a transaction. */
  renew(key: string): void;
}

/** Events of all processes, kept in the store itself (bounded), so that they are part of the change's transaction. */
export interface Journal {
  /** Call it inside the transaction that makes the change. */
  append(event: NewEngineEvent): void;
  follow(options?: EventOptions): AsyncIterable<EngineEvent>;
}

/** What a lease protects from garbage collection while work is in flight. */
export type LeasedResource =
  | { readonly kind: 'content'; readonly key: string }
  | { readonly kind: 'snapshot'; readonly key: string };

/** Released by disposing. A lease of a dead process counts for nothing. */
export interface Lease extends Disposable {
  readonly id: string;
  /**
   * Holds from here on, also against a collection that has begun: protect first, then look whether it is there. What
   * is there then stays.
   */
  protect(resource: LeasedResource): void;
}

export interface LeaseInfo {
  readonly id: string;
  readonly purpose: string;
  readonly pid: number;
  readonly isAlive: boolean;
}

export interface Leases {
  /** `purpose` is for people: `pull 127.0.0.1:5000/web:1`. */
  acquire(purpose: string): Lease;
  /** Everything that leases of living processes protect; without what only `except` does. */
  protectedResources(except?: Pick<Lease, 'id'>): {
    readonly content: ReadonlySet<string>;
    readonly snapshots: ReadonlySet<string>;
  };
  /**
   * For whoever collects, inside the transaction that forgets the resource: whether anybody protected it at any time
   * since the collection began, even if the lease is gone again. A record may name it by now.
   */
  wasProtected(resource: LeasedResource): boolean;
  /** Begins what `wasProtected` speaks of; one at a time, see `beginCollection`. Disposing ends it. */
  beginCollection(): Disposable;
  list(): readonly LeaseInfo[];
}
