import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { EngineDirs } from '../../src/core/engine-dirs.ts';
import type { GantryCli } from '../../test/support/gantry-cli.ts';

/** Has every container, image and cached step removed, as a person would. */
export async function removeEverything(gantry: GantryCli): Promise<void> {
  const lines = async (...args: readonly string[]) =>
    (await gantry.must(...args)).split('\n').filter((line) => line !== '');
  const containers = await lines('ps', '-aq');
  if (containers.length > 0) await gantry.must('rm', '-f', '-v', ...containers);
  const images = new Set(await lines('images', '-aq', '--no-trunc'));
  if (images.size > 0) await gantry.must('rmi', '-f', ...images);
  await gantry.must('builder', 'prune', '-af');
  await gantry.must('image', 'prune', '-af');
}

/** What a store that ought to be empty still has: files and records. Locks and caches of the engine itself do not count. */
export function storeRest(dirs: EngineDirs): readonly string[] {
  const files = ['content/blobs', 'content/ingest', 'snapshots', 'containers', 'volumes', 'tmp'].flatMap(
    (dir) => filesBelow(join(dirs.root, dir)),
  );
  const runState = ['crun', 'runc'].flatMap((runtime) => namesIn(join(dirs.run, runtime)));
  const locks = namesIn(dirs.locks).filter((name) => !lasting.test(name));
  using database = new DatabaseSync(dirs.database, { readOnly: true });
  const count = (sql: string) =>
    database.prepare(sql).all() as { readonly name: string; readonly n: number }[];
  const records = [
    ...count("SELECT 'leases' AS name, count(*) AS n FROM leases"),
    ...count("SELECT 'leased' AS name, count(*) AS n FROM leased"),
    ...count('SELECT collection AS name, count(*) AS n FROM records GROUP BY collection'),
  ].filter(({ name, n }) => n > 0 && !constant.has(name));
  return [
    ...files.map((path) => `file ${path}`),
    ...runState.map((id) => `run state ${id}`),
    ...locks.map((name) => `lock ${name}`),
    ...records.map(({ name, n }) => `${n} × record ${name}`),
  ];
}

/** Locks that there is one of. */
const lasting = /^(?:garbage|names|networks?|network-.*|firewall|ports|addresses)$/;
/** Collections that do not grow with what is kept. */
const constant: ReadonlySet<string> = new Set([
  'snapshot-form',
  'snapshot-numbers',
  'networks',
  'network-names',
]);

function filesBelow(dir: string): readonly string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => !(entry.isDirectory() && frame.has(entry.name)))
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Folders that stay. */
const frame: ReadonlySet<string> = new Set(['sha256', 'trash']);

function namesIn(dir: string): readonly string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}
