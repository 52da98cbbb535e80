import { openCollection } from './collection.ts';
import { Database } from './database.ts';
import { openImageSummaries } from './image-summaries.ts';
import { openJournal } from './journal.ts';
import { openLeases } from './leases.ts';
import type { Metadata } from './metadata.ts';

/**
 * Opens the records at `path`, and makes them when they are not there (their folder must be). Throws `corrupt` /
 * `metadata-corrupt`, `unavailable` / `newer-metadata` or `metadata-denied`.
 *
 * Dispose it to close the file. A command that ends right after need not: what is committed is safe in the write-ahead
 * log, and leaving that to the next saves moving it over (1 to 2 ms).
 */
export function openMetadata(path: string): Metadata {
  const database = new Database(path);
  return {
    transaction: (work, options) => database.transaction(work, options),
    collection: (name, decode) => openCollection(database, name, decode),
    imageSummaries: openImageSummaries(database),
    journal: openJournal(database),
    leases: openLeases(database),
    verify: (how) =>
      database
        .all(how === 'quick' ? 'PRAGMA quick_check(10)' : 'PRAGMA integrity_check(10)')
        .map((row) => String(Object.values(row)[0]))
        .filter((text) => text !== 'ok'),
    [Symbol.dispose]: () => database[Symbol.dispose](),
  };
}
