import { closeSync, linkSync, openSync, rmSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { GantryError } from '../../base/gantry-error.ts';
import { randomHex } from '../host/random-hex.ts';
import { isErrno } from '../host/system-error.ts';
import { migrations } from './schema.ts';

/** How long a writer waits for the others before it gives up. A transaction takes well under a millisecond. */
const busyTimeoutMs = 20_000;

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
    this.#connection = this.#guard(() => openConnection(path));
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

function openConnection(path: string): DatabaseSync {
  try {
    // SQLite would make a missing file under its name, empty, and others could see it without tables.
    closeSync(openSync(path, 'r+'));
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error;
    createDatabase(path);
  }
  const connection = new DatabaseSync(path, { timeout: busyTimeoutMs });
  try {
    if (schemaVersion(connection) !== migrations.length) migrate(connection, path);
    connection.exec('PRAGMA synchronous = NORMAL');
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** Makes the database aside and links it to its name when it is whole: of several processes one wins, the others use it. */
function createDatabase(path: string): void {
  const temporary = `${path}.${randomHex(6)}.tmp`;
  closeSync(openSync(temporary, 'wx', 0o600));
  try {
    const connection = new DatabaseSync(temporary);
    try {
      migrate(connection, path);
    } finally {
      connection.close();
    }
    linkSync(temporary, path);
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}

function schemaVersion(connection: DatabaseSync): number {
  return Number(connection.prepare('PRAGMA user_version').get()?.['user_version']);
}

function migrate(connection: DatabaseSync, path: string): void {
  connection.exec('PRAGMA journal_mode = WAL');
  connection.exec('BEGIN IMMEDIATE');
  try {
    const version = schemaVersion(connection);
    if (version > migrations.length) throw madeByNewer(path, version);
    for (const step of migrations.slice(version)) connection.exec(step);
    connection.exec(`PRAGMA user_version = ${migrations.length}`);
    connection.exec('COMMIT');
  } catch (error) {
    if (connection.isTransaction) connection.exec('ROLLBACK');
    throw error;
  }
}

function madeByNewer(path: string, version: number): GantryError {
  return new GantryError({
    kind: 'unavailable',
    code: 'newer-metadata',
    message: `${path} was written by a newer gantry (format ${version}, this one knows ${migrations.length})`,
    hint: 'update gantry, or use another --root',
  });
}

function asynchronousWork(): GantryError {
  return new GantryError({
    kind: 'internal',
    code: 'async-transaction',
    message: 'a transaction must not await',
  });
}

/** SQLite's primary result codes (sqlite.org/rescode.html), in the low byte of `errcode`. */
function databaseError(error: unknown, path: string): unknown {
  if (error instanceof GantryError || !(error instanceof Error)) return error;
  if (isErrno(error, 'EACCES', 'EPERM')) {
    const hint = 'run gantry as root, or give it a --root of your own';
    return new GantryError({
      kind: 'unavailable',
      code: 'metadata-denied',
      message: error.message,
      hint,
      cause: error,
    });
  }
  if (!('errcode' in error)) return error;
  switch (Number(error.errcode) & 0xff) {
    case 5:
    case 6:
      return new GantryError({
        kind: 'timeout',
        code: 'metadata-busy',
        message: `another gantry holds ${path} for longer than ${busyTimeoutMs} ms`,
        cause: error,
      });
    case 11:
    case 26:
      return new GantryError({
        kind: 'corrupt',
        code: 'metadata-corrupt',
        message: `${path} is damaged: ${error.message}`,
        hint: `move it away to start without records; images have to be pulled or built again`,
        details: { path },
        cause: error,
      });
    case 8:
    case 10:
    case 13:
    case 14:
      return new GantryError({
        kind: 'io',
        code: 'metadata-io',
        message: `${path}: ${error.message}`,
        cause: error,
      });
    default:
      return new GantryError({
        kind: 'internal',
        code: 'metadata',
        message: `${path}: ${error.message}`,
        cause: error,
      });
  }
}
