import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { GantryError } from '../../base/gantry-error.ts';
import { isErrorCode } from '../../base/is-error-code.ts';
import { databaseError } from './database-error.ts';
import { openConnection } from './open-connection.ts';
import { makeRoom } from './reserve.ts';

/**
 * One connection to the database file: prepared statements, transactions, and SQLite's errors as ours.
 *
 * `synchronous = NORMAL`: a commit is a write into the log without a flush, so whatever kills the process loses
 * nothing, and a power cut may lose the newest commits but never half of one. That is enough wherever a lost record
 * only leaves files nobody knows. Where files are deleted because a record is gone, the order must hold on the disk
 * too: such transactions are `durable` and flush.
 */
export class Database implements Disposable {
  readonly path: string;
  readonly #connection: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly #afterCommit = new Set<() => void>();
  #depth = 0;

  constructor(path: string) {
    this.path = path;
    this.#connection = this.#open(path);
  }

  /** Runs a statement that returns no rows; the number of rows it changed. */
  run(sql: string, ...values: readonly (string | number)[]): number {
    return this.#guard(() => Number(this.#prepare(sql).run(...values).changes));
  }

  /** The first row. */
  get(sql: string, ...values: readonly (string | number)[]): Row | undefined {
    return this.#guard(() => this.#prepare(sql).get(...values) as Row | undefined);
  }

  all(sql: string, ...values: readonly (string | number)[]): Row[] {
    return this.#guard(() => this.#prepare(sql).all(...values) as Row[]);
  }

  get inTransaction(): boolean {
    return this.#depth > 0;
  }

  /** See `Metadata.transaction`. A nested one that throws undoes its own part only. */
  transaction<T>(work: () => T, options: { readonly durable?: boolean | undefined } = {}): T {
    if (this.#depth > 0) return this.#attempt('SAVEPOINT nested', work, 'RELEASE nested', undoNested);
    if (options.durable === true) this.#setSynchronous('FULL');
    try {
      const result = this.#attempt('BEGIN IMMEDIATE', work, 'COMMIT', ['ROLLBACK']);
      for (const listener of this.#afterCommit) listener();
      return result;
    } finally {
      if (options.durable === true) this.#setSynchronous('NORMAL');
    }
  }

  /** Calls `listener` after each transaction of this connection. Disposing ends that. */
  onCommit(listener: () => void): Disposable {
    this.#afterCommit.add(listener);
    return { [Symbol.dispose]: () => void this.#afterCommit.delete(listener) };
  }

  [Symbol.dispose](): void {
    if (this.#connection.isOpen) this.#connection.close();
  }

  #attempt<T>(begin: string, work: () => T, commit: string, undo: readonly string[]): T {
    this.run(begin);
    this.#depth++;
    try {
      const result = work();
      if (result instanceof Promise) throw asynchronousWork();
      this.run(commit);
      return result;
    } catch (error) {
      // A full disk or an I/O error may have rolled back already.
      if (this.#connection.isTransaction) for (const statement of undo) this.run(statement);
      throw error;
    } finally {
      this.#depth--;
    }
  }

  /** Not as a kept statement: SQLite carries out this pragma when it is prepared. */
  #setSynchronous(level: 'FULL' | 'NORMAL'): void {
    this.#guard(() => this.#connection.exec(`PRAGMA synchronous = ${level}`));
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#connection.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  /** Even to read it some files have to be made beside it. */
  #open(path: string): DatabaseSync {
    const open = (): DatabaseSync => this.#guard(() => openConnection(path));
    try {
      return open();
    } catch (error) {
      if (!isErrorCode(error, 'no-space')) throw error;
      makeRoom(path);
      return open();
    }
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw databaseError(error, this.path);
    }
  }
}

export type Row = Readonly<Record<string, string | number | null>>;

const undoNested = ['ROLLBACK TO nested', 'RELEASE nested'] as const;

function asynchronousWork(): GantryError {
  return new GantryError({
    kind: 'internal',
    code: 'async-transaction',
    message: 'a transaction must not await',
  });
}
