import { mkdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { lockFile } from '../host/lock-file.ts';
import { checkVolumeName, usersOf, volumeRecords } from '../volumes/volume-record.ts';
import { namesIn } from './check-containers.ts';
import type { CheckContext, Problem } from './problem.ts';
import { soundEntries } from './sound-entries.ts';

/** Volumes have a folder, and folders a volume. Data is never removed. */
export function* checkVolumes({ services, containers, signal }: CheckContext): Generator<Problem> {
  const { dirs, metadata } = services;
  const { volumes, users } = volumeRecords(metadata);
  const folders = metadata.transaction(() => namesIn(dirs.volumes));
  for (const [name] of soundEntries(volumes)) {
    if (folders.includes(name) || !volumes.has(name)) continue;
    yield {
      code: 'volume-folder-missing',
      severity: 'damage',
      subject: name,
      message: `volume ${name} has lost its folder, and its data`,
      remedy: 'make it again, empty',
      mend: () => void mkdirSync(join(dirs.volumes, name, '_data'), { recursive: true, mode: 0o755 }),
    };
  }
  for (const name of folders) {
    if (volumes.has(name) || !isVolumeName(name)) continue;
    const data = join(dirs.volumes, name, '_data');
    const isEmpty = namesIn(data).length === 0;
    yield {
      code: 'stray-volume-folder',
      severity: isEmpty ? 'leftover' : 'damage',
      subject: name,
      message: `no volume has the folder ${join(dirs.volumes, name)}`,
      remedy: isEmpty ? 'remove it: it is empty' : 'make it a volume again',
      mend: async () => {
        using _lock = await lockFile(join(dirs.locks, `volume-${name}`), { signal });
        metadata.transaction(() => {
          if (volumes.has(name)) return;
          if (!isEmpty)
            volumes.put(name, { createdAt: new Date().toISOString(), anonymous: false, labels: {} });
          else for (const dir of [data, join(dirs.volumes, name)]) rmdirSync(dir);
        });
      },
    };
  }
  for (const [name] of soundEntries(volumes)) {
    for (const id of usersOf({ volumes, users }, name)) {
      if (containers.records.has(id) || !users.has(`${name}/${id}`)) continue;
      yield {
        code: 'container-index',
        severity: 'damage',
        subject: `volume user ${name}/${id}`,
        message: `volume ${name} is said to be in use by container ${id}, which is not here`,
        remedy: 'forget that',
        mend: () => void users.delete(`${name}/${id}`),
      };
    }
  }
}

function isVolumeName(name: string): boolean {
  try {
    checkVolumeName(name);
    return true;
  } catch {
    return false;
  }
}
