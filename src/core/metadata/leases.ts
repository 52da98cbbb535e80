import { isErrorCode } from '../../base/is-error-code.ts';
import { bootId, isAlive, ownIdentity } from '../host/process-identity.ts';
import { randomHex } from '../host/random-hex.ts';
import type { Database, Row } from './database.ts';
import type { Lease, LeasedResource, LeaseInfo, Leases } from './metadata.ts';

/**
 * Leases in two tables, each bound to the process that took it: process ID, its start time and the boot. One that was
 * let go of while a collection is under way stays until that ends, with no process: what was protected at any moment
 * of a collection is protected to its end. Those of processes that are gone protect nothing, and go with the next one
 * that is taken.
 */
export function openLeases(database: Database): Leases {
  /** What could not be let go of, for the disk was full: it is tried again. */
  const overdue = new Set<() => void>();
  const letGo = (release: () => void): void => {
    try {
      release();
      overdue.delete(release);
    } catch (error) {
      if (!isErrorCode(error, 'no-space')) throw error;
      overdue.add(release);
    }
  };
  const catchUp = (): void => {
    for (const release of overdue) letGo(release);
  };

  const acquire = (purpose: string): Lease => {
    catchUp();
    tidy(database);
    const id = randomHex(8);
    const { pid, startTime } = ownIdentity();
    database.run('INSERT INTO leases VALUES (?, ?, ?, ?, ?)', id, purpose, bootId(), pid, startTime);
    return {
      id,
      protect: ({ kind, key }) =>
        void database.run('INSERT OR IGNORE INTO leased VALUES (?, ?, ?)', id, kind, key),
      [Symbol.dispose]: () => letGo(() => release(database, id)),
    };
  };

  return {
    acquire,

    protectedResources(except) {
      const living = new Set(all(database).flatMap(({ id, isAlive: lives }) => (lives ? [id] : [])));
      if (except !== undefined) living.delete(except.id);
      const content = new Set<string>();
      const snapshots = new Set<string>();
      for (const row of database.all('SELECT lease, kind, key FROM leased')) {
        if (!living.has(String(row['lease']))) continue;
        (row['kind'] === 'content' ? content : snapshots).add(String(row['key']));
      }
      return { content, snapshots };
    },

    wasProtected: ({ kind, key }: LeasedResource) =>
      database.get('SELECT 1 FROM leased WHERE kind = ? AND key = ? LIMIT 1', kind, key) !== undefined,

    beginCollection() {
      catchUp();
      return database.transaction(() => {
        forgetDead(database);
        const own = acquire(collecting);
        return {
          [Symbol.dispose]: () =>
            letGo(() => {
              database.run('DELETE FROM leases WHERE id = ? OR pid = ?', own.id, nobody);
            }),
        };
      });
    },

    list: () => all(database).filter(({ purpose }) => purpose !== collecting),
  };
}

/** Purpose of the lease that says: somebody collects. It protects nothing. */
const collecting = 'garbage collection';
/** Process ID of a lease that was let go of. */
const nobody = 0;

function release(database: Database, id: string): void {
  database.transaction(() => {
    if (isCollected(database)) database.run('UPDATE leases SET pid = ? WHERE id = ?', nobody, id);
    else database.run('DELETE FROM leases WHERE id = ?', id);
  });
}

function all(database: Database): LeaseInfo[] {
  return database.all('SELECT * FROM leases').map((row) => ({
    id: String(row['id']),
    purpose: String(row['purpose']),
    pid: Number(row['pid']),
    isAlive: lives(row),
  }));
}

/** Whether a collection is under way. */
function isCollected(database: Database): boolean {
  return database.all('SELECT * FROM leases WHERE purpose = ?', collecting).some(lives);
}

/** Forgets the dead, unless a collection still asks what they had. */
function tidy(database: Database): void {
  if (all(database).every(({ isAlive: isHeld }) => isHeld)) return;
  database.transaction(() => {
    if (!isCollected(database)) forgetDead(database);
  });
}

function forgetDead(database: Database): void {
  for (const { id, isAlive: isHeld } of all(database)) {
    if (!isHeld) database.run('DELETE FROM leases WHERE id = ?', id);
  }
}

function lives(row: Row): boolean {
  if (row['boot_id'] !== bootId() || row['pid'] === nobody) return false;
  return isAlive({ pid: Number(row['pid']), startTime: String(row['start_time']) });
}
