import { constants, copyFileSync, rmSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { GantryError } from '../../base/gantry-error.ts';
import { lookAt } from '../host/look-at.ts';
import { processesWithOpen } from '../host/open-files.ts';
import { randomHex } from '../host/random-hex.ts';
import { exchangeDatabase } from './exchange-database.ts';
import { graftFirstPage } from './graft-first-page.ts';
import { createDatabase } from './open-connection.ts';
import { readWhatCanBe, type SalvagedRow } from './read-what-can-be.ts';
import { holdReserve } from './reserve.ts';
import { requireRoom, withRoom } from './salvage-room.ts';

export interface Salvage {
  /** Records that could be read. */
  readonly records: number;
  /** Where the damaged file lies now. */
  readonly keptAs: string;
}

/**
 * Makes a damaged database anew from what can be read of it. The old file is kept beside it. Events and leases are left
 * behind: nobody may be at work. What is no file at all goes aside as it is. Throws `conflict` / `metadata-in-use` when a
 * process, also ours, has it open, `io` / `no-space` when there is no room; nothing was touched then.
 */
export function salvageDatabase(path: string): Salvage {
  const [user] = processesWithOpen(path);
  if (user !== undefined) throw inUse(path, user);
  const parts = ['', '-wal'].filter((suffix) => isFile(path + suffix));
  const [fresh, scratch] = [temporaryName(path), temporaryName(path)];
  using _files = temporaryFiles(fresh, scratch);
  const keptAs = freeName(path);
  const records = withRoom(path, neededBytes(path), () => {
    // Worked on: reading a database carries its log over, and mends its first page.
    for (const suffix of parts) copyFileSync(path + suffix, scratch + suffix, constants.COPYFILE_FICLONE);
    createDatabase(fresh);
    const rows = parts.includes('') ? readRows(scratch, fresh) : [];
    requireRoom(path);
    removeFiles(scratch);
    writeRows(fresh, rows);
    exchangeDatabase(path, fresh, keptAs);
    return rows.length;
  });
  holdReserve(path);
  return { records, keptAs };
}

const suffixes = ['', '-wal', '-shm', '-journal'] as const;

function temporaryName(path: string): string {
  return `${path}.${randomHex(6)}.tmp`;
}

function temporaryFiles(...paths: readonly string[]): Disposable {
  return { [Symbol.dispose]: () => paths.forEach(removeFiles) };
}

function removeFiles(path: string): void {
  for (const suffix of suffixes) rmSync(path + suffix, { force: true });
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/** The copy with its log carried over and that log, and less for what is made of it; a new one, empty, takes 1 MB. */
function neededBytes(path: string): number {
  const sizeOf = (suffix: string): number => (isFile(path + suffix) ? statSync(path + suffix).size : 0);
  return sizeOf('') + 2 * sizeOf('-wal') + 1024 * 1024;
}

function readRows(scratch: string, fresh: string): readonly SalvagedRow[] {
  const rows = readWhatCanBe(scratch);
  if (rows !== undefined) return rows;
  graftFirstPage(scratch, fresh);
  return readWhatCanBe(scratch) ?? [];
}

function writeRows(path: string, rows: readonly SalvagedRow[]): void {
  const connection = new DatabaseSync(path);
  try {
    // Without a log, which would take as much space again: nobody knows the file yet.
    connection.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = FULL; BEGIN IMMEDIATE');
    const insert = connection.prepare('INSERT OR IGNORE INTO records VALUES (?, ?, ?)');
    for (const { collection, key, document } of rows) insert.run(collection, key, document);
    connection.exec('COMMIT; PRAGMA journal_mode = WAL');
  } finally {
    // Removes the log again: the file alone is the database.
    connection.close();
  }
}

function freeName(path: string): string {
  const day = new Date().toISOString().slice(0, 10);
  for (let number = 1; ; number += 1) {
    const name = `${path}.damaged-${day}-${number}`;
    if (lookAt(name) === undefined) return name;
  }
}

function inUse(path: string, pid: number): GantryError {
  return new GantryError({
    kind: 'conflict',
    code: 'metadata-in-use',
    message:
      pid === process.pid
        ? `${path} is open in this gantry: leave it, and run "gantry system check --repair"`
        : `process ${pid} has ${path} open: end it first`,
    details: { path, pid },
  });
}
