import { accessSync, closeSync, constants, linkSync, openSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { GantryError } from '../../base/gantry-error.ts';
import { randomHex } from '../host/random-hex.ts';
import { isErrno } from '../host/system-error.ts';
import { salvageHint } from './database-error.ts';
import { holdReserve } from './reserve.ts';
import { migrations } from './schema.ts';

/** How long a writer waits for the others before it gives up. A transaction takes well under a millisecond. */
const busyTimeoutMs = 20_000;

/**
 * Pages of the write-ahead log that are carried over into the database at once (1 MB). Few enough for the next process
 * to read in a moment when nobody closed the database, many enough that this, which waits for the disk, is rare.
 */
const journalPages = 256;

/** Opens the database file, makes it when it is missing, and brings it to our format. */
export function openConnection(path: string): DatabaseSync {
  try {
    // SQLite would make a missing file under its name, empty, and others could see it without tables. The file is never
    // opened by us: closing any descriptor of it drops all locks SQLite has on it in this process (fcntl(2)).
    accessSync(path, constants.R_OK | constants.W_OK);
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error;
    createDatabase(path);
    holdReserve(path);
  }
  const connection = new DatabaseSync(path, { timeout: busyTimeoutMs });
  try {
    const version = schemaVersion(connection);
    // It got its name when it was whole: whatever is empty now has lost all there was.
    if (version === 0) throw emptied(path);
    if (version !== migrations.length) migrate(connection, path);
    connection.exec(`PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = ${journalPages}`);
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** Makes the database aside and links it to its name when it is whole: of several processes one wins, the others use it. */
export function createDatabase(path: string): void {
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

function emptied(path: string): GantryError {
  return new GantryError({
    kind: 'corrupt',
    code: 'metadata-corrupt',
    message: `${path} is damaged: it is empty`,
    hint: salvageHint,
    details: { path },
  });
}

function madeByNewer(path: string, version: number): GantryError {
  return new GantryError({
    kind: 'unavailable',
    code: 'newer-metadata',
    message: `${path} was written by a newer gantry (format ${version}, this one knows ${migrations.length})`,
    hint: 'update gantry, or use another --root',
  });
}
