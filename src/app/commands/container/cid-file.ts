import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { specError } from './spec/spec-error.ts';

/** Refuses a file that is there already: it may name a running container. */
export function checkCidFile(file: string | undefined, cwd: string): void {
  if (file === undefined || !existsSync(resolve(cwd, file))) return;
  throw specError(
    'cidfile-exists',
    `container ID file found, make sure the other container isn't running or delete ${file}`,
  );
}

export async function writeCidFile(file: string | undefined, cwd: string, id: string): Promise<void> {
  if (file !== undefined) await writeFile(resolve(cwd, file), id, { flag: 'wx' });
}
