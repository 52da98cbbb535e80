import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Low } from 'lowdb';
import { withFileLock } from './file-lock.ts';
import { JsonFile } from './json-file.ts';

/** Brings a document of the version before to the next. */
export type Migration = (before: Record<string, unknown>) => Record<string, unknown>;

export interface DocumentSpec<T> {
  readonly path: string;
  /** `migrations[n]` makes version n + 2 of version n + 1; the newest version is one more than there are. */
  readonly migrations: readonly Migration[];
  /** Reads untrusted JSON; whatever is missing or wrong gets its usual value. */
  parse(json: Readonly<Record<string, unknown>>): T;
}

/** A small JSON document in a file that several processes read and write. */
export interface Document<T> {
  read(): Promise<T>;
  /** Reads again, changes and writes under a lock: what another process wrote meanwhile stays. Resolves with the result. */
  change(edit: (value: T) => T): Promise<T>;
}

/**
 * Opens a document; nothing is read or made yet. One written by a newer gantry is read as far as it is understood and
 * not written to.
 */
export function openDocument<T extends object>(spec: DocumentSpec<T>): Document<T> {
  const newest = spec.migrations.length + 1;
  const load = async (): Promise<{
    readonly value: T;
    readonly version: number;
    readonly low: Low<Stored>;
  }> => {
    const low = new Low<Stored>(new JsonFile(spec.path), {});
    await low.read();
    const stored = isRecord(low.data) ? low.data : {};
    const version = typeof stored['version'] === 'number' ? stored['version'] : newest;
    const migrated = spec.migrations
      .slice(Math.max(0, version - 1))
      .reduce((data, migrate) => migrate(data), stored);
    return { value: spec.parse(migrated), version, low };
  };
  return {
    read: async () => (await load()).value,
    async change(edit) {
      await mkdir(dirname(spec.path), { recursive: true, mode: 0o700 });
      return withFileLock(`${spec.path}.lock`, async () => {
        const { value, version, low } = await load();
        const changed = edit(value);
        if (version > newest || changed === value) return changed;
        low.data = { version: newest, ...changed };
        await low.write();
        return changed;
      });
    },
  };
}

type Stored = Record<string, unknown>;

function isRecord(value: unknown): value is Stored {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
