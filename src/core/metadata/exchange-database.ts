import { linkSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { syncFolder } from '../host/durable-file.ts';
import { folderState } from '../host/own-folder.ts';

/** What SQLite keeps beside a database file in WAL mode. */
const besideIt = ['-wal', '-shm'] as const;

/**
 * Puts `fresh` in the place of a database; that one and what lies beside it get the name `keptAs`, which is free. All of
 * it or nothing: what cannot be done is taken back. Takes no space but for names.
 */
export function exchangeDatabase(path: string, fresh: string, keptAs: string): void {
  using takeBack = new DisposableStack();
  const move = (suffix: string): void => {
    if (folderState(path + suffix) === 'missing') return;
    renameSync(path + suffix, keptAs + suffix);
    takeBack.defer(() => renameSync(keptAs + suffix, path + suffix));
  };
  if (folderState(path) === 'folder') move('');
  else {
    // A second name: under its own there is a database at every moment.
    linkSync(path, keptAs);
    takeBack.defer(() => rmSync(keptAs, { force: true }));
  }
  // The log first: it must not be taken for the new file's.
  for (const suffix of besideIt) move(suffix);
  renameSync(fresh, path);
  takeBack.move();
  syncFolder(dirname(path));
}
