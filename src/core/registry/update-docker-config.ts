import { mkdirSync, readlinkSync, rmSync, type Stats, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { GantryError } from '../../base/gantry-error.ts';
import { writeFileWhole } from '../host/durable-file.ts';
import { lockFile } from '../host/lock-file.ts';
import { isErrno } from '../host/system-error.ts';
import { readJsonObject } from './auth-files.ts';

type JsonObject = Readonly<Record<string, unknown>>;

/**
 * Changes Docker's config.json as Docker does: everything else in it stays, a link stays a link, a reader sees the old
 * file or the new one, mode and owner stay (0600 for a new file). Other gantries wait for their turn. `change` gives
 * undefined where there is nothing to change.
 */
export async function updateDockerConfig(
  path: string,
  change: (config: JsonObject) => JsonObject | undefined,
  signal: AbortSignal,
): Promise<void> {
  const target = followLinks(path);
  mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
  const lockPath = `${target}.lock`;
  using _lock = await lockFile(lockPath, { signal, timeoutMs: 30_000 });
  try {
    const changed = change(readJsonObject(target) ?? {});
    if (changed !== undefined) {
      // Docker's own form, to the tab.
      writeFileWhole(target, JSON.stringify(changed, undefined, '\t'), { like: statOf(target) });
    }
  } finally {
    rmSync(lockPath, { force: true });
  }
}

/** As a whole: the last of the links may lead to a file that is not there yet. */
function followLinks(path: string): string {
  let current = path;
  for (let hop = 0; hop < 40; hop += 1) {
    try {
      current = resolve(dirname(current), readlinkSync(current));
    } catch (error) {
      if (isErrno(error, 'ENOENT', 'EINVAL', 'ENOTDIR')) return current;
      throw error;
    }
  }
  throw new GantryError({
    kind: 'invalid',
    code: 'bad-auth-file',
    message: `${path} is a link that leads in circles`,
  });
}

function statOf(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false });
}
