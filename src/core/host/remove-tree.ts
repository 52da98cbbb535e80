import { type Dirent, lstatSync, readdirSync, rmSync } from 'node:fs';
import { GantryError } from '../../base/gantry-error.ts';
import { pathInside } from './path-inside.ts';
import { isErrno } from './system-error.ts';

/**
 * Removes a folder and all in it, never what is mounted there. Nothing there: fine, also when another process removes
 * it at the same time. A small tree goes at once; a large one by rm(1), which leaves our thread free and is quicker
 * than thousands of asynchronous calls.
 */
export async function removeTree(path: string): Promise<void> {
  if (isSmall(path)) {
    rmSync(path, { recursive: true, force: true });
    return;
  }
  const { runCommand } = await import('./run-command.ts');
  const { status, stderr } = await runCommand({ argv: ['rm', '-rf', '--one-file-system', '--', path] });
  if (status === 0 || lstatSync(path, { throwIfNoEntry: false }) === undefined) return;
  throw new GantryError({
    kind: 'io',
    code: 'remove-failed',
    message: `cannot remove ${path}: ${stderr.trim().split('\n', 1)[0]}`,
    details: { path },
  });
}

const smallEntries = 64;

/** Whether it has few entries and lies on one file system. */
function isSmall(path: string): boolean {
  const root = lstatSync(path, { throwIfNoEntry: false });
  let left = smallEntries;
  const look = (dir: string | Buffer): boolean => {
    const stat = lstatSync(dir, { throwIfNoEntry: false });
    if (stat === undefined) return true;
    if (stat.dev !== root?.dev) return false;
    for (const entry of entriesOf(dir)) {
      if (--left < 0) return false;
      if (entry.isDirectory() && !look(pathInside(dir, entry.name))) return false;
    }
    return true;
  };
  try {
    return root === undefined || !root.isDirectory() || look(path);
  } catch (error) {
    // Deeper than a path can name: rm(1) goes step by step.
    if (isErrno(error, 'ENAMETOOLONG')) return false;
    throw error;
  }
}

function entriesOf(dir: string | Buffer): readonly Dirent<Buffer>[] {
  try {
    return readdirSync(dir, { withFileTypes: true, encoding: 'buffer' });
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
}
