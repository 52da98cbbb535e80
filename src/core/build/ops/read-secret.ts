import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { GantryError } from '../../../base/gantry-error.ts';
import type { BuildSecret } from '../../../engine/builds.ts';
import { isErrno } from '../../host/system-error.ts';

/** As BuildKit has it. */
const limitBytes = 500 * 1024;

/** The bytes of a secret. Throws `not-found` / `secret-not-found`, `invalid` / `bad-secret`. */
export function readSecret(id: string, secret: BuildSecret): Uint8Array {
  const bytes = 'value' in secret ? Buffer.from(secret.value) : readFile(id, secret.path);
  if (bytes.length <= limitBytes) return bytes;
  throw bad(id, 'is too big: the most is 500 KiB');
}

function readFile(id: string, path: string): Uint8Array {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (!isErrno(error, 'ENOENT', 'ENOTDIR')) throw error;
    throw new GantryError({
      kind: 'not-found',
      code: 'secret-not-found',
      message: `secret ${id}: there is no file ${path}`,
      details: { path },
    });
  }
  try {
    const stats = fstatSync(fd);
    if (stats.isDirectory()) throw bad(id, `is a folder: ${path}`);
    if (stats.size > limitBytes) throw bad(id, 'is too big: the most is 500 KiB');
    return readFileSync(fd);
  } finally {
    closeSync(fd);
  }
}

function bad(id: string, why: string): GantryError {
  return new GantryError({ kind: 'invalid', code: 'bad-secret', message: `secret ${id} ${why}` });
}
