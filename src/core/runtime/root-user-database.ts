import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { openInRoot } from '../host/open-in-root.ts';
import type { UserDatabase } from './user/resolve-user.ts';

/** A user database larger than that is an attack on us, not a list of users. */
const limitBytes = 4 << 20;

/**
 * /etc/passwd and /etc/group below `rootDir`, which a stranger made: symbolic links stay inside, only regular files
 * are read (a named pipe would hang us), and only so much of them. Missing ones are empty.
 */
export function rootUserDatabase(rootDir: string): UserDatabase {
  return {
    passwd: () => readInRoot(rootDir, 'etc/passwd'),
    group: () => readInRoot(rootDir, 'etc/group'),
  };
}

function readInRoot(rootDir: string, path: string): string {
  const root = openSync(rootDir, constants.O_RDONLY | constants.O_DIRECTORY);
  let file: number | undefined;
  try {
    file = openInRoot(root, path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    const facts = fstatSync(file);
    if (!facts.isFile() || facts.size > limitBytes) return '';
    const bytes = Buffer.alloc(facts.size);
    let length = 0;
    while (length < bytes.length) {
      const read = readSync(file, bytes, length, bytes.length - length, null);
      if (read === 0) break;
      length += read;
    }
    return bytes.toString('utf8', 0, length);
  } catch {
    return '';
  } finally {
    if (file !== undefined) closeSync(file);
    closeSync(root);
  }
}
