import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
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

/** Undefined where there is no such file. */
export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}
