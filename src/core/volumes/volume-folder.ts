import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { requireOwnFolder } from '../host/own-folder.ts';

const dataName = '_data';

/** Where a volume's data lie. */
export function dataDirOf(volumesDir: string, name: string): string {
  return join(volumesDir, name, dataName);
}

/**
 * The same for whoever goes into it. Throws `corrupt` / `store-folder-replaced` when something else stands in its place:
 * through a link a container would be given a folder of the machine that nobody named.
 */
export function ownDataDir(volumesDir: string, name: string): string {
  requireOwnFolder(volumesDir, name, dataName);
  return dataDirOf(volumesDir, name);
}

/** Makes it if it is not there. Throws as {@link ownDataDir}. */
export function makeDataDir(volumesDir: string, name: string): void {
  mkdirSync(ownDataDir(volumesDir, name), { recursive: true, mode: 0o755 });
}
