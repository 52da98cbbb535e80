import { existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { GantryError } from '../../base/gantry-error.ts';
import { bootId } from '../host/process-identity.ts';
import { randomHex } from '../host/random-hex.ts';
import { removeTree } from '../host/remove-tree.ts';
import { syncFilesystem } from '../host/sync-filesystem.ts';
import { isErrno } from '../host/system-error.ts';
import { treeUsage } from '../host/tree-usage.ts';
import type { Metadata } from '../metadata/metadata.ts';
import type { SnapshotFolders, SnapshotForm } from './snapshot-form.ts';
import { decodeSnapshot, type SnapshotRecord } from './snapshot-record.ts';
import type { SnapshotInfo, Snapshotter } from './snapshotter.ts';

/**
 * Snapshots as numbered folders below `dir` with records that name them: `<id>/fs` and `<id>/work`, and `trash/` for
 * what is on its way out.
 *
 * A folder is made inside the transaction that records it, and moved to the trash after the one that forgets it: a kill
 * at any moment leaves at worst a folder without a record, which is rubbish, never a record with half its files.
 */
export function createSnapshotter(form: SnapshotForm, dir: string, metadata: Metadata): Snapshotter {
  const records = metadata.collection<SnapshotRecord>('snapshots', decodeSnapshot);
  /** `<parent> <child>`: whether anything stands upon a snapshot is one look. */
  const children = metadata.collection<true>('snapshot-children', () => true);
  const numbers = metadata.collection<number>('snapshot-numbers', Number);
  /** Boot in which a snapshot was committed, as long as its files may be in memory only. */
  const unflushed = metadata.collection<string>('snapshots-unflushed', String);
  const trash = join(dir, 'trash');

  const folders = (record: SnapshotRecord): SnapshotFolders => ({
    files: join(dir, record.id, 'fs'),
    work: join(dir, record.id, 'work'),
  });

  /** Its record may have reached the disk and its files not, before the machine went down. */
  const isLost = (key: string): boolean => {
    const boot = unflushed.get(key);
    return boot !== undefined && boot !== bootId();
  };

  const find = (key: string): SnapshotRecord | undefined => {
    const record = records.get(key);
    return record === undefined || isLost(key) ? undefined : record;
  };

  const existing = (key: string): SnapshotRecord => {
    const record = find(key);
    if (record === undefined) throw notFound(key);
    return record;
  };

  const parentsOf = (record: SnapshotRecord): SnapshotFolders[] => {
    const parents: SnapshotFolders[] = [];
    for (let key = record.parent; key !== undefined; ) {
      const parent = existing(key);
      parents.push(folders(parent));
      key = parent.parent;
    }
    return parents;
  };

  /** Inside a transaction. A number whose folder a kill left behind is passed over. */
  const newFolder = (): string => {
    for (let number = numbers.get('next') ?? 1; ; number++) {
      const id = String(number);
      if (!makeFolder(join(dir, id))) continue;
      mkdirSync(join(dir, id, 'fs'), { mode: 0o755 });
      mkdirSync(join(dir, id, 'work'), { mode: 0o700 });
      numbers.put('next', number + 1);
      return id;
    }
  };

  /** Inside a transaction. */
  const dropRecord = (key: string, record: SnapshotRecord): void => {
    records.delete(key);
    unflushed.delete(key);
    if (record.parent !== undefined) children.delete(`${record.parent} ${key}`);
  };

  /** Inside a transaction. */
  const hasChildren = (key: string): boolean => {
    const [child] = children.entries(`${key} `);
    return child !== undefined;
  };

  /** Out of the way by one rename. */
  const moveToTrash = (id: string): string => {
    const gone = join(trash, `${id}-${randomHex(4)}`);
    mkdirSync(trash, { recursive: true, mode: 0o700 });
    try {
      renameSync(join(dir, id), gone);
    } catch (error) {
      if (!isErrno(error, 'ENOENT')) throw GantryError.from(error);
    }
    return gone;
  };

  const usage = async (key: string) => {
    const record = existing(key);
    if (record.usage !== undefined) return record.usage;
    const whole = await treeUsage(folders(record).files);
    const { parent } = record;
    const below = async () =>
      parent === undefined ? { sizeBytes: 0, inodes: 0 } : treeUsage(folders(existing(parent)).files);
    const own = await form.ownUsage(whole, below);
    if (record.kind === 'committed') {
      metadata.transaction(() => {
        const now = records.get(key);
        if (now?.id === record.id) records.put(key, { ...now, usage: own });
      });
    }
    return own;
  };

  return {
    name: form.name,

    async prepare(key, parent) {
      const record = metadata.transaction(() => {
        if (find(key) !== undefined) throw conflict('snapshot-exists', `snapshot ${key} exists already`);
        if (parent !== undefined && existing(parent).kind !== 'committed') {
          throw conflict('snapshot-not-committed', `snapshot ${parent} is still being written`);
        }
        const made: SnapshotRecord = { id: newFolder(), kind: 'active', parent };
        records.put(key, made);
        if (parent !== undefined) children.put(`${parent} ${key}`, true);
        return made;
      });
      try {
        if (parent !== undefined) await form.fill(folders(record).files, folders(existing(parent)).files);
        return form.plan(folders(record), parentsOf(record), 'active');
      } catch (error) {
        metadata.transaction(() => dropRecord(key, record));
        await removeTree(moveToTrash(record.id));
        throw GantryError.from(error);
      }
    },

    mountPlan(key) {
      const record = existing(key);
      return form.plan(folders(record), parentsOf(record), record.kind);
    },

    layerDir: (key) => folders(existing(key)).files,

    async commit(key, name, known, { replace = false } = {}) {
      const dropped = metadata.transaction(() => {
        const record = existing(key);
        if (record.kind !== 'active')
          throw conflict('snapshot-committed', `snapshot ${key} is committed already`);
        dropRecord(key, record);
        if (find(name) !== undefined && !replace) return record.id;
        const before = records.get(name);
        records.put(name, { ...record, kind: 'committed', usage: known });
        unflushed.put(name, bootId());
        if (record.parent !== undefined) children.put(`${record.parent} ${name}`, true);
        return before?.id;
      });
      if (dropped !== undefined) await removeTree(moveToTrash(dropped));
    },

    has: (key) => find(key) !== undefined,

    info(key) {
      const record = find(key);
      return record && snapshotInfo(key, record);
    },

    *list() {
      const lost = new Set([...unflushed.entries()].map(([key]) => key).filter(isLost));
      for (const [key, record] of records.entries()) if (!lost.has(key)) yield snapshotInfo(key, record);
    },

    usage,

    async remove(key) {
      const record = metadata.transaction(
        () => {
          const found = existing(key);
          if (hasChildren(key))
            throw conflict('snapshot-in-use', `snapshot ${key} has others standing upon it`);
          dropRecord(key, found);
          return found;
        },
        // A power cut must not bring back a layer's record without its files: images rely on it.
        { durable: existing(key).kind === 'committed' },
      );
      await removeTree(moveToTrash(record.id));
    },

    async removeUnused(keys, isWanted) {
      const gone = metadata.transaction(
        () =>
          keys.flatMap((key) => {
            const record = records.get(key);
            if (record === undefined || hasChildren(key) || isWanted(key)) return [];
            dropRecord(key, record);
            return [{ key, id: record.id }];
          }),
        { durable: true },
      );
      for (const folder of gone.map(({ id }) => moveToTrash(id))) await removeTree(folder);
      return gone.map(({ key }) => key);
    },

    async flush() {
      const pending = [...unflushed.entries()].filter(([, boot]) => boot === bootId());
      if (pending.length === 0) return;
      const ids = new Map(pending.map(([key]) => [key, records.get(key)?.id]));
      await syncFilesystem(dir);
      metadata.transaction(() => {
        for (const [key, id] of ids) if (records.get(key)?.id === id) unflushed.delete(key);
      });
    },

    strays: () =>
      // A transaction: `prepare` makes its folder inside one.
      metadata.transaction(() => {
        const known = new Set([...records.entries()].map(([, { id }]) => id));
        const folders = namesIn(dir).filter((name) => name !== 'trash' && !known.has(name));
        return {
          folders: [
            ...folders.map((name) => join(dir, name)),
            ...namesIn(trash).map((name) => join(trash, name)),
          ],
          lost: unflushed.keys().filter(isLost),
        };
      }),

    async cleanUp() {
      // The renames too are inside: a number that seems unused could be taken by a `prepare` right after.
      metadata.transaction(() => {
        const known = new Set<string>();
        for (const [key, record] of records.entries()) {
          if (!isLost(key) && existsSync(join(dir, record.id, 'fs'))) known.add(record.id);
          else dropRecord(key, record);
        }
        for (const name of namesIn(dir)) if (name !== 'trash' && !known.has(name)) moveToTrash(name);
      });
      for (const name of namesIn(trash)) await removeTree(join(trash, name));
    },
  };
}

function snapshotInfo(key: string, record: SnapshotRecord): SnapshotInfo {
  return { key, parent: record.parent, kind: record.kind, sizeBytes: record.usage?.sizeBytes };
}

function makeFolder(path: string): boolean {
  try {
    mkdirSync(path, { mode: 0o700 });
    return true;
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return false;
    throw GantryError.from(error);
  }
}

function namesIn(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return [];
    throw GantryError.from(error);
  }
}

function notFound(key: string): GantryError {
  return new GantryError({
    kind: 'not-found',
    code: 'snapshot-not-found',
    message: `snapshot ${key} is not here`,
  });
}

function conflict(code: string, message: string): GantryError {
  return new GantryError({ kind: 'conflict', code, message });
}
