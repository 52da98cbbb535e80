import { readdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { lockFile } from '../host/lock-file.ts';
import { folderState, ownNamesIn } from '../host/own-folder.ts';
import { dataDirOf, makeDataDir } from '../volumes/volume-folder.ts';
import { isVolumeName, volumeRecords } from '../volumes/volume-record.ts';
import { checkVolumeUsers } from './check-volume-users.ts';
import type { CheckContext, Problem } from './problem.ts';
import { soundEntries } from './sound-entries.ts';

/** Volumes have a folder, and folders a volume. Data is never removed. */
export function* checkVolumes(context: CheckContext): Generator<Problem> {
  const { services, signal } = context;
  const { dirs, metadata } = services;
  const { volumes } = volumeRecords(metadata);
  const folders = metadata.transaction(() => ownNamesIn(dirs.volumes));
  for (const [name] of soundEntries(volumes)) {
    const replaced = replacedIn(dirs.volumes, name);
    if (replaced !== undefined) yield replacedFolder(replaced, name);
    if (replaced !== undefined || folderState(dataDirOf(dirs.volumes, name)) !== 'missing') continue;
    if (!volumes.has(name)) continue;
    yield {
      code: 'volume-folder-missing',
      severity: 'damage',
      subject: name,
      message: `volume ${name} has lost its folder, and its data`,
      remedy: 'make it again, empty',
      done: 'made again, empty',
      mend: () => makeDataDir(dirs.volumes, name),
    };
  }
  for (const name of folders) {
    if (volumes.has(name) || !isVolumeName(name)) continue;
    const data = dataDirOf(dirs.volumes, name);
    // A link, or a folder that is no volume's, was put there by somebody: it is theirs.
    if (folderState(join(dirs.volumes, name)) !== 'folder') continue;
    const replaced = replacedIn(dirs.volumes, name);
    if (replaced !== undefined) {
      yield replacedFolder(replaced, name);
      continue;
    }
    const isEmpty = folderState(data) === 'missing' || isEmptyFolder(data);
    yield {
      code: 'stray-volume-folder',
      severity: isEmpty ? 'leftover' : 'damage',
      subject: name,
      message: `no volume has the folder ${join(dirs.volumes, name)}`,
      remedy: isEmpty ? 'remove it: it is empty' : 'make it a volume again',
      done: isEmpty ? 'removed: it was empty' : 'made a volume again',
      mend: async () => {
        using _lock = await lockFile(join(dirs.locks, `volume-${name}`), { signal });
        metadata.transaction(() => {
          if (volumes.has(name)) return;
          if (!isEmpty)
            volumes.put(name, { createdAt: new Date().toISOString(), anonymous: false, labels: {} });
          else removeEmpty(join(dirs.volumes, name), data);
        });
      },
    };
  }
  yield* checkVolumeUsers(context);
}

/** Of a volume's two folders the one in whose place something else stands. */
function replacedIn(volumesDir: string, name: string): string | undefined {
  const states = [join(volumesDir, name), dataDirOf(volumesDir, name)];
  return states.find((path) => !['folder', 'missing'].includes(folderState(path)));
}

/** It may lead to the very data, put elsewhere on purpose, or to what is nobody's volume: only a person can tell. */
function replacedFolder(path: string, name: string): Problem {
  const what = folderState(path) === 'link' ? 'a symbolic link' : 'no folder';
  return {
    code: 'volume-folder-replaced',
    severity: 'damage',
    subject: path,
    message: `${path} is ${what}, where volume ${name} would have a folder of its own`,
    remedy: 'it is left as it is: put the folder itself there, mount a disk there, or move it away',
    done: '',
    mend: undefined,
  };
}

function isEmptyFolder(dir: string): boolean {
  return folderState(dir) === 'folder' && readdirSync(dir).length === 0;
}

/** Fails when something has come into it since. */
function removeEmpty(dir: string, data: string): void {
  if (folderState(data) === 'folder') rmdirSync(data);
  rmdirSync(dir);
}
