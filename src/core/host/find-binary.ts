import { accessSync, constants, statSync } from 'node:fs';
import { join } from 'node:path';
import { GantryError } from '../../base/gantry-error.ts';

/** Absolute path of a program, looked for in PATH and where root's programs lie. Undefined when it is not installed. */
export function findBinary(name: string, searchPath = process.env['PATH'] ?? ''): string | undefined {
  for (const dir of new Set([...searchPath.split(':'), ...systemFolders])) {
    if (!dir.startsWith('/')) continue;
    const path = join(dir, name);
    try {
      // Not by an exception, which takes longer than the look: most folders do not have it.
      if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) continue;
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not to be read, or not to be run.
    }
  }
  return undefined;
}

/** As {@link findBinary}; throws `unavailable` / `missing-program` with how to get it. */
export function requireBinary(name: string, packageName = name): string {
  const path = findBinary(name);
  if (path !== undefined) return path;
  throw new GantryError({
    kind: 'unavailable',
    code: 'missing-program',
    message: `${name} is not installed`,
    hint: `install it with your package manager, on Debian or Ubuntu: apt-get install ${packageName}`,
    details: { program: name },
  });
}

const systemFolders = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];
