import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { basename, join } from 'node:path';
import { GantryError } from '../../base/gantry-error.ts';
import { isErrorKind } from '../../base/is-error-code.ts';
import { earlyWriteback } from '../host/early-writeback.ts';
import { lookAt } from '../host/look-at.ts';
import { folderState, ownNamesIn, requireOwnFolder } from '../host/own-folder.ts';
import { bootId } from '../host/process-identity.ts';
import { randomHex } from '../host/random-hex.ts';
import { removeSoon } from '../host/remove-soon.ts';
import { removeTree } from '../host/remove-tree.ts';
import { mendHint, storeError } from '../host/store-error.ts';
import { syncFilesystem } from '../host/sync-filesystem.ts';
import { isErrno } from '../host/system-error.ts';
import { treeUsage } from '../host/tree-usage.ts';
import type { Metadata } from '../metadata/metadata.ts';
import type { SnapshotFolders, SnapshotForm } from './snapshot-form.ts';
import { labelTimeMs, readLabel, type SnapshotLabel, writeLabel } from './snapshot-label.ts';
import { decodeSnapshot, type SnapshotRecord } from './snapshot-record.ts';
import type { SnapshotInfo, Snapshotter } from './snapshotter.ts';

/**
 * Snapshots as numbered folders below `dir` with records that name them: `<id>/fs` and `<id>/work` with a label beside
 * them, and `trash/` for what is on its way out.
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
  const writeback = earlyWriteback(() => syncFilesystem(dir));

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

  const filesOf = (key: string): string => {
    const { files } = folders(existing(key));
    if (folderState(files) !== 'folder') throw filesGone(key);
    return files;
  };

  const parentsOf = (record: SnapshotRecord): SnapshotFolders[] => {
    const parents: SnapshotFolders[] = [];
    for (let key = record.parent; key !== undefined; ) {
      const parent = existing(key);
      parents.push(folders(parent));
      if (parents.length > mostParents) throw endless(key);
      key = parent.parent;
    }
    return parents;
  };

  /** Inside a transaction. A number whose folder a kill left behind is passed over. */
  const newFolder = (label: SnapshotLabel): string => {
    for (let number = numbers.get('next') || 1; ; number++) {
      const id = String(number);
      if (!makeFolder(join(dir, id))) continue;
      mkdirSync(join(dir, id, 'fs'), { mode: 0o755 });
      mkdirSync(join(dir, id, 'work'), { mode: 0o700 });
      writeLabel(join(dir, id), label);
      numbers.put('next', number + 1);
      return id;
    }
  };

  /** Names of folders that no record knows. Inside a transaction. */
  const unrecorded = (): readonly string[] => {
    const known = new Set([...records.entries()].map(([, { id }]) => id));
    return ownNamesIn(dir).filter((name) => name !== 'trash' && !known.has(name));
  };

  /** What was written into may be a container's whose record was damaged: whoever knows of these decides. */
  const mayBeWanted = (name: string): boolean => {
    const folder = join(dir, name);
    const isOurs = [folder, join(folder, 'fs')].every((path) => folderState(path) === 'folder');
    return isOurs && readLabel(folder)?.kind === 'active' && ownNamesIn(folder, 'fs').length > 0;
  };

  /** Of a damaged record: undefined. */
  const readableId = (key: string): string | undefined => {
    try {
      return records.get(key)?.id;
    } catch (error) {
      if (isErrorKind(error, 'corrupt')) return undefined;
      throw error;
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
  const moveToTrash = (id: string, ending = ''): string => {
    const gone = join(trash, `${id}-${randomHex(4)}${ending}`);
    if (!requireOwnFolder(dir, 'trash')) mkdirSync(trash, { recursive: true, mode: 0o700 });
    try {
      renameSync(join(dir, id), gone);
    } catch (error) {
      if (!isErrno(error, 'ENOENT')) throw storeError(error, join(dir, id));
    }
    return gone;
  };

  const forget = (key: string): SnapshotRecord =>
    metadata.transaction(
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

  /** In the trash, but for what somebody is removing this moment. */
  const rubbish = (): readonly string[] =>
    ownNamesIn(dir, 'trash').filter((name) => {
      if (!name.endsWith(soon)) return true;
      const movedMs = lookAt(join(trash, name))?.ctimeMs;
      return movedMs !== undefined && Date.now() - movedMs > soonMs;
    });

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
        const id = newFolder({ key, kind: 'active', parent });
        const made: SnapshotRecord = { id, kind: 'active', parent };
        records.put(key, made);
        if (parent !== undefined) children.put(`${parent} ${key}`, true);
        return made;
      });
      try {
        if (parent !== undefined) await form.fill(folders(record).files, filesOf(parent));
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

    async commit(key, name, known, { replace } = {}) {
      const dropped = metadata.transaction(() => {
        const record = existing(key);
        if (record.kind !== 'active')
          throw conflict('snapshot-committed', `snapshot ${key} is committed already`);
        dropRecord(key, record);
        if (find(name) !== undefined && replace === undefined) return record.id;
        replace?.();
        const before = records.get(name);
        records.put(name, { ...record, kind: 'committed', usage: known, ...(known && { isUnpacked: true }) });
        unflushed.put(name, bootId());
        if (record.parent !== undefined) children.put(`${record.parent} ${name}`, true);
        writeLabel(join(dir, record.id), { key: name, kind: 'committed', parent: record.parent });
        return before?.id;
      });
      if (dropped !== undefined) await removeTree(moveToTrash(dropped));
    },

    setAside(key, requireUnused) {
      metadata.transaction(
        () => {
          requireUnused();
          const record = existing(key);
          const name = `damaged-${randomHex(8)}`;
          dropRecord(key, record);
          records.put(name, record);
          if (record.parent !== undefined) children.put(`${record.parent} ${name}`, true);
          writeLabel(join(dir, record.id), { key: name, kind: 'committed', parent: record.parent });
        },
        { durable: true },
      );
    },

    committedMs: (key) => labelTimeMs(join(dir, existing(key).id)),

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
      await removeTree(moveToTrash(forget(key).id));
    },

    discard(key, folder) {
      const gone = [moveToTrash(forget(key).id, soon)];
      try {
        const moved = join(trash, `${basename(folder)}-${randomHex(4)}${soon}`);
        renameSync(folder, moved);
        return gone.push(moved) > 1;
      } catch (error) {
        // On a file system of its own.
        if (isErrno(error, 'EXDEV', 'EBUSY')) return false;
        if (isErrno(error, 'ENOENT')) return true;
        throw storeError(error, folder);
      } finally {
        removeSoon(gone);
      }
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
      await writeback.settled();
      await syncFilesystem(dir);
      metadata.transaction(() => {
        for (const [key, id] of ids) if (records.get(key)?.id === id) unflushed.delete(key);
      });
    },

    wrote: (bytes) => writeback.wrote(bytes),

    strays: () =>
      // A transaction: `prepare` makes its folder inside one.
      metadata.transaction(() => ({
        folders: [
          ...unrecorded().map((name) => ({ path: join(dir, name), label: readLabel(join(dir, name)) })),
          ...rubbish().map((name) => ({ path: join(trash, name), label: undefined })),
        ],
        lost: unflushed.keys().filter(isLost),
      })),

    async removeStray(path) {
      const gone = metadata.transaction(() => {
        const name = basename(path);
        return unrecorded().includes(name) ? moveToTrash(name) : join(trash, name);
      });
      await removeTree(gone);
    },

    adopt: (key) =>
      metadata.transaction(() => {
        const known = new Set(records.keys().map((other) => readableId(other)));
        for (const id of ownNamesIn(dir)) {
          if (known.has(id)) continue;
          const label = readLabel(join(dir, id));
          if (label?.key !== key || folderState(join(dir, id, 'fs')) !== 'folder') continue;
          if (label.parent !== undefined && find(label.parent) === undefined) continue;
          records.put(key, { id, kind: label.kind, parent: label.parent });
          if (label.parent !== undefined) children.put(`${label.parent} ${key}`, true);
          return true;
        }
        return false;
      }),

    async cleanUp() {
      // The renames too are inside: a number that seems unused could be taken by a `prepare` right after.
      metadata.transaction(() => {
        for (const [key, record] of records.entries()) {
          if (isLost(key) || !existsSync(join(dir, record.id, 'fs'))) dropRecord(key, record);
        }
        for (const name of unrecorded()) if (!mayBeWanted(name)) moveToTrash(name);
      });
      for (const name of ownNamesIn(dir, 'trash')) await removeTree(join(trash, name));
    },
  };
}

/** Ends the name of what a process is removing that nobody waits for, and by when it should have. */
const soon = '.soon';
const soonMs = 60_000;

function snapshotInfo(key: string, record: SnapshotRecord): SnapshotInfo {
  const { parent, kind, usage, isUnpacked = false } = record;
  return { key, parent, kind, sizeBytes: usage?.sizeBytes, isUnpacked };
}

function makeFolder(path: string): boolean {
  try {
    mkdirSync(path, { mode: 0o700 });
    return true;
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return false;
    throw storeError(error, path);
  }
}

function notFound(key: string): GantryError {
  return new GantryError({
    kind: 'not-found',
    code: 'snapshot-not-found',
    message: `snapshot ${key} is not here`,
    hint: 'what to do says: gantry system check',
  });
}

function conflict(code: string, message: string): GantryError {
  return new GantryError({ kind: 'conflict', code, message });
}

/** An image has at most a thousand layers. */
const mostParents = 1024;

function endless(key: string): GantryError {
  return new GantryError({
    kind: 'corrupt',
    code: 'record-corrupt',
    message: `snapshot ${key} stands upon itself, or upon too many others`,
    hint: mendHint,
  });
}

function filesGone(key: string): GantryError {
  return new GantryError({
    kind: 'corrupt',
    code: 'snapshot-missing',
    message: `the files of layer ${key} are gone`,
    hint: mendHint,
  });
}
