import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { GantryError } from '../../base/gantry-error.ts';
import type { EngineDirs } from '../engine-dirs.ts';
import { lockFile } from '../host/lock-file.ts';
import { randomHex } from '../host/random-hex.ts';
import { removeTree } from '../host/remove-tree.ts';
import { isErrno } from '../host/system-error.ts';
import type { Metadata } from '../metadata/metadata.ts';
import { makeRoom } from '../metadata/reserve.ts';
import { makeDataDir, ownDataDir } from './volume-folder.ts';
import { checkVolumeName, isVolumeName, usersOf, volumeRecords } from './volume-record.ts';
import type { VolumeStore } from './volume-store.ts';

export interface VolumeServices {
  readonly dirs: Pick<EngineDirs, 'volumes' | 'temp' | 'locks' | 'database'>;
  readonly metadata: Metadata;
}

/** The volumes of one root: a record each, and a folder with its data. */
export function openVolumeStore({ dirs, metadata }: VolumeServices): VolumeStore {
  const records = volumeRecords(metadata);
  const volumeDir = (name: string): string => join(dirs.volumes, name);

  return {
    dataDir: (name) => ownDataDir(dirs.volumes, name),

    async ensure(name, { anonymous, labels = {} }) {
      checkVolumeName(name);
      makeDataDir(dirs.volumes, name);
      metadata.transaction(() => {
        if (records.volumes.has(name)) return;
        records.volumes.put(name, { createdAt: new Date().toISOString(), anonymous, labels });
        metadata.journal.append({ type: 'volume.created', name });
      });
    },

    async populate(name, rootfs, target) {
      using lock = await lockFile(join(dirs.locks, `volume-${name}`));
      const { seedVolume } = await import('./seed-volume.ts');
      await seedVolume(volumeDir(name), rootfs, target);
      rmSync(lock.path, { force: true });
    },

    addUser(name, containerId) {
      if (!records.volumes.has(name)) {
        throw new GantryError({
          kind: 'conflict',
          code: 'volume-gone',
          message: `volume ${name} was removed meanwhile`,
        });
      }
      records.users.put(`${name}/${containerId}`, true);
    },

    forgetUser: (name, containerId) => void records.users.delete(`${name}/${containerId}`),

    async removeIfUnused(name) {
      if (usersOf(records, name).length > 0) return false;
      return removeVolume({ dirs, metadata }, name);
    },
  };
}

/**
 * Removes a volume nobody has: out of the way and out of the records in one transaction, then the files. Whether it
 * was there. Throws `conflict` / `volume-in-use` in Docker's words.
 */
export async function removeVolume({ dirs, metadata }: VolumeServices, name: string): Promise<boolean> {
  const records = volumeRecords(metadata);
  makeRoom(dirs.database);
  const rubbish = join(dirs.temp, `volume-${randomHex(8)}`);
  const wasThere = metadata.transaction(
    () => {
      const users = usersOf(records, name);
      if (users.length > 0) {
        throw new GantryError({
          kind: 'conflict',
          code: 'volume-in-use',
          message: `remove ${name}: volume is in use - [${users.join(', ')}]`,
        });
      }
      if (!isVolumeName(name) || !records.volumes.delete(name)) return false;
      moveAway(join(dirs.volumes, name), rubbish);
      metadata.journal.append({ type: 'volume.removed', name });
      return true;
    },
    { durable: true },
  );
  await removeTree(rubbish);
  return wasThere;
}

function moveAway(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error;
  }
}
