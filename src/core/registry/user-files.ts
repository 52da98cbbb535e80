import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { GantryError } from '../../base/gantry-error.ts';
import { isErrno } from '../host/system-error.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export function homeFolder(env: Environment): string {
  return env['HOME'] ?? homedir();
}

/** Where programs keep what the user decides (XDG Base Directory Specification; relative paths are ignored). */
export function configFolder(env: Environment): string {
  const told = env['XDG_CONFIG_HOME'];
  return told !== undefined && isAbsolute(told) ? told : join(homeFolder(env), '.config');
}

const mostBytes = 1024 * 1024;

/** Undefined where there is no such file. Throws `invalid` / `bad-user-file` for what is no file, or no small one. */
export function readIfThere(path: string): string | undefined {
  let fd: number;
  try {
    // Of a pipe nobody writes to, an open that waits would never come back.
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile() || stat.size > mostBytes) throw badUserFile(path, stat.isFile());
    return readFileSync(fd, 'utf8');
  } finally {
    closeSync(fd);
  }
}

function badUserFile(path: string, isFile: boolean): GantryError {
  return new GantryError({
    kind: 'invalid',
    code: 'bad-user-file',
    message: isFile ? `${path} is larger than ${mostBytes} bytes` : `${path} is not a regular file`,
    hint: 'Mend or remove it; logins and registry settings are read from it.',
    details: { path },
  });
}
