import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { scanPages } from './scan-pages.ts';

export interface SalvagedRow {
  readonly collection: string;
  readonly key: string;
  readonly document: string;
}

/**
 * The records of a database of which pages are damaged. Records lie in the order of their keys: they are read from many
 * places in both directions, each time up to the first that cannot be read; what that leaves out is looked
 * for page by page. Undefined: it cannot be read as a database.
 */
export function readWhatCanBe(path: string): readonly SalvagedRow[] | undefined {
  const rows = new Map<string, SalvagedRow>();
  let connection: DatabaseSync | undefined;
  try {
    connection = new DatabaseSync(path);
    const up = connection.prepare(
      'SELECT * FROM records WHERE (collection, key) > (?, ?) ORDER BY collection, key LIMIT 1',
    );
    const down = connection.prepare(
      'SELECT * FROM records WHERE (collection, key) < (?, ?) ORDER BY collection DESC, key DESC LIMIT 1',
    );
    const readFrom = (collection: string, key: string): void => {
      for (const step of [up, down]) walk(step, collection, key, rows);
    };
    readFrom('', '');
    readFrom(last, last);
    for (const letter of letters) readFrom(letter, '');
    for (const collection of new Set(rows.values().map((row) => row.collection))) {
      for (const prefix of prefixes) readFrom(collection, prefix);
    }
  } catch {
    if (connection === undefined || rows.size === 0) return undefined;
  } finally {
    connection?.close();
  }
  for (const [collection, key, document] of scanPages(path)) {
    const row = asRow({ collection, key, document });
    if (row !== undefined && !rows.has(nameOf(row))) rows.set(nameOf(row), row);
  }
  return [...rows.values()];
}

const last = '\u{10ffff}';
const letters = 'abcdefghijklmnopqrstuvwxyz';
/** What keys begin with: digests, IDs, names. */
const prefixes = [
  ...'0123456789abcdefghijklmnopqrstuvwxyz',
  ...[...'0123456789abcdef'].map((digit) => `sha256:${digit}`),
  ...[...letters].map((letter) => `docker.io/library/${letter}`),
  last,
];

/** From a place on, in one direction, until the first that is known or cannot be read. */
function walk(step: StatementSync, collection: string, key: string, rows: Map<string, SalvagedRow>): void {
  for (let at: readonly [string, string] = [collection, key]; ; ) {
    const row = attempt(() => asRow(step.get(...at)));
    if (row === undefined || rows.has(nameOf(row))) return;
    rows.set(nameOf(row), row);
    at = [row.collection, row.key];
  }
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function nameOf({ collection, key }: SalvagedRow): string {
  return `${collection}\0${key}`;
}

/** Bytes of a damaged page may pass for a row. */
function asRow(found: Readonly<Record<string, unknown>> | undefined): SalvagedRow | undefined {
  const { collection, key, document } = found ?? {};
  if (typeof collection !== 'string' || typeof key !== 'string' || typeof document !== 'string')
    return undefined;
  if (!/^[a-z-]+$/.test(collection) || attempt(() => JSON.parse(document)) === undefined) return undefined;
  return { collection, key, document };
}
