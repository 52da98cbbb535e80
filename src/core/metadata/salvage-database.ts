import { copyFileSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { GantryError } from '../../base/gantry-error.ts';
import { syncFolder } from '../host/durable-file.ts';
import { lookAt } from '../host/look-at.ts';
import { processesWithOpen } from '../host/open-files.ts';
import { randomHex } from '../host/random-hex.ts';
import { graftFirstPage } from './graft-first-page.ts';
import { createDatabase } from './open-connection.ts';
import { readWhatCanBe, type SalvagedRow } from './read-what-can-be.ts';

export interface Salvage {
  /** Records that could be read. */
  readonly records: number;
  /** Where the damaged file lies now. */
  readonly keptAs: string;
}

/**
 * Makes a damaged database anew from what can be read of it. The old file is kept beside it. Events and leases are left
 * behind: nobody may be at work. Throws `conflict` / `metadata-in-use` when a process, also ours, has it open.
 */
export function salvageDatabase(path: string): Salvage {
  const [user] = processesWithOpen(path);
  if (user !== undefined) throw inUse(path, user);
  const fresh = `${path}.${randomHex(6)}.tmp`;
  const scratch = `${path}.${randomHex(6)}.tmp`;
  using cleanUp = new DisposableStack();
  for (const file of [fresh, scratch]) {
    cleanUp.defer(() => {
      for (const suffix of suffixes) rmSync(file + suffix, { force: true });
    });
  }
  // Worked on: reading a database carries its log over, and mends its first page.
  for (const suffix of ['', '-wal']) {
    if (lookAt(path + suffix) !== undefined) copyFileSync(path + suffix, scratch + suffix);
  }
  createDatabase(fresh);
  const rows = readRows(scratch, fresh);
  writeRows(fresh, rows);
  const keptAs = freeName(path);
  // The log first: it must not be taken for the new file's.
  for (const suffix of ['-wal', '-shm']) {
    if (lookAt(path + suffix) !== undefined) renameSync(path + suffix, keptAs + suffix);
  }
  copyFileSync(path, keptAs);
  renameSync(fresh, path);
  syncFolder(dirname(path));
  return { records: rows.length, keptAs };
}

const suffixes = ['', '-wal', '-shm', '-journal'] as const;

function readRows(scratch: string, fresh: string): readonly SalvagedRow[] {
  const rows = readWhatCanBe(scratch);
  if (rows !== undefined) return rows;
  graftFirstPage(scratch, fresh);
  return readWhatCanBe(scratch) ?? [];
}

function writeRows(path: string, rows: readonly SalvagedRow[]): void {
  const connection = new DatabaseSync(path);
  try {
    connection.exec('PRAGMA synchronous = FULL; BEGIN IMMEDIATE');
    const insert = connection.prepare('INSERT OR IGNORE INTO records VALUES (?, ?, ?)');
    for (const { collection, key, document } of rows) insert.run(collection, key, document);
    connection.exec('COMMIT');
  } finally {
    // Carries the log over and removes it: the file alone is the database.
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
