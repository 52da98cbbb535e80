import { GantryError } from '../../base/gantry-error.ts';
import type { EngineEvent, EventOptions } from '../../engine/events.ts';
import type { Database } from './database.ts';
import type { Journal } from './metadata.ts';
import { watchCommits } from './watch-commits.ts';

/** Events kept; older ones go, and a follower that has not seen them is told of a gap. */
export const journalLimit = 20_000;

/** The events of all processes, in the order of their transactions. */
export function openJournal(database: Database): Journal {
  return {
    append(event) {
      const now = Date.now();
      const stamped = JSON.stringify({ time: new Date(now).toISOString(), ...event });
      database.transaction(() => {
        database.run('INSERT INTO journal (time_ms, event) VALUES (?, ?)', now, stamped);
        trim(database);
      });
    },
    follow: (options = {}) => follow(database, options),
  };
}

/** Ends quietly when the signal fires or `until` is past. */
async function* follow(
  database: Database,
  options: EventOptions,
): AsyncGenerator<EngineEvent, void, undefined> {
  const sinceMs = options.since === undefined ? undefined : parseTime(options.since);
  const untilMs = options.until === undefined ? Number.POSITIVE_INFINITY : parseTime(options.until);
  using commits = watchCommits(database, options.signal, untilMs);
  let { cursor, lost } = startingPoint(database, sinceMs);
  for (;;) {
    const rows = database.all(
      'SELECT sequence, time_ms, event FROM journal WHERE sequence > ? ORDER BY sequence LIMIT 256',
      cursor,
    );
    const first = rows[0];
    if (lost || (first !== undefined && Number(first['sequence']) > cursor + 1)) {
      lost = false;
      yield { type: 'gap', time: new Date().toISOString() };
    }
    for (const row of rows) {
      if (options.signal?.aborted === true || Number(row['time_ms']) > untilMs) return;
      cursor = Number(row['sequence']);
      if (sinceMs === undefined || Number(row['time_ms']) >= sinceMs)
        yield decodeEvent(row['event'], database.path);
    }
    if (rows.length === 0 && !(await commits.next())) return;
  }
}

/** Where to read on from, and whether events that were asked for are gone already. */
function startingPoint(database: Database, sinceMs: number | undefined): { cursor: number; lost: boolean } {
  const newest = Number(database.get('SELECT max(sequence) AS n FROM journal')?.['n'] ?? 0);
  if (sinceMs === undefined) return { cursor: newest, lost: false };
  const oldest = database.get('SELECT sequence, time_ms FROM journal ORDER BY sequence LIMIT 1');
  if (oldest === undefined) return { cursor: newest, lost: false };
  const sequence = Number(oldest['sequence']);
  return { cursor: sequence - 1, lost: sequence > 1 && Number(oldest['time_ms']) > sinceMs };
}

/** Looks at the length now and then only: it may be a little over the limit. */
function trim(database: Database): void {
  const newest = Number(database.get('SELECT max(sequence) AS n FROM journal')?.['n']);
  if (newest % 256 === 0) database.run('DELETE FROM journal WHERE sequence <= ?', newest - journalLimit);
}

function parseTime(text: string): number {
  const time = Date.parse(text);
  if (!Number.isNaN(time)) return time;
  throw new GantryError({
    kind: 'invalid',
    code: 'bad-time',
    message: `not a time: ${JSON.stringify(text)}`,
  });
}

function decodeEvent(text: unknown, path: string): EngineEvent {
  try {
    return JSON.parse(String(text)) as EngineEvent;
  } catch (cause) {
    throw new GantryError({
      kind: 'corrupt',
      code: 'record-corrupt',
      message: `an event in ${path} is not JSON`,
      cause,
    });
  }
}
