import { bootId, isAlive, ownIdentity } from '../host/process-identity.ts';
import { randomHex } from '../host/random-hex.ts';
import type { Database } from './database.ts';
import type { Lease, Leases } from './metadata.ts';

/**
 * Leases in two tables, each bound to the process that took it: process ID, its start time and the boot. Those of the
 * dead are removed by whoever asks next.
 */
export function openLeases(database: Database): Leases {
  return {
    acquire(purpose) {
      const id = randomHex(8);
      const { pid, startTime } = ownIdentity();
      database.run('INSERT INTO leases VALUES (?, ?, ?, ?, ?)', id, purpose, bootId(), pid, startTime);
      return openLease(database, id);
    },
    protectedResources() {
      forgetDead(database);
      const content = new Set<string>();
      const snapshots = new Set<string>();
      for (const row of database.all('SELECT kind, key FROM leased')) {
        (row['kind'] === 'content' ? content : snapshots).add(String(row['key']));
      }
      return { content, snapshots };
    },
  };
}

function openLease(database: Database, id: string): Lease {
  return {
    id,
    protect: ({ kind, key }) =>
      void database.run('INSERT OR IGNORE INTO leased VALUES (?, ?, ?)', id, kind, key),
    [Symbol.dispose]: () => void database.run('DELETE FROM leases WHERE id = ?', id),
  };
}

function forgetDead(database: Database): void {
  const dead = database.all('SELECT id, boot_id, pid, start_time FROM leases').filter((row) => {
    if (row['boot_id'] !== bootId()) return true;
    return !isAlive({ pid: Number(row['pid']), startTime: String(row['start_time']) });
  });
  if (dead.length === 0) return;
  database.transaction(() => {
    for (const row of dead) database.run('DELETE FROM leases WHERE id = ?', String(row['id']));
  });
}
