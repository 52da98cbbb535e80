import { lstatSync, rmSync } from 'node:fs';

/**
 * Takes away what stands in the place of a file of ours and is none, so that whoever opens it next makes it anew, and
 * waits in no pipe and follows no link.
 */
export function requireOwnFile(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found !== undefined && !found.isFile()) rmSync(path, { force: true, recursive: true });
}
