import { existsSync, type FSWatcher, rmSync, statSync, watch } from 'node:fs';
import { join } from 'node:path';
import { deferred } from '../../../base/deferred.ts';
import { readRegularFile } from '../../host/read-regular-file.ts';

export interface ExitStatus {
  readonly exitCode: number;
  readonly finishedAt: string;
  readonly oomKilled: boolean;
}

const pollMs = 1000;

/** Where conmon writes the exit code of the container in `dir`. */
export function exitFolder(dir: string): string {
  return join(dir, 'exit');
}

/** Undefined until it has ended, or when the monitor was killed before. */
export function readExitStatus(id: string, dir: string): ExitStatus | undefined {
  const path = join(exitFolder(dir), id);
  try {
    const text = readRegularFile(path, 64).toString('latin1').trim();
    if (!/^-?\d+$/.test(text)) return undefined;
    return {
      exitCode: Number(text),
      finishedAt: statSync(path).mtime.toISOString(),
      oomKilled: existsSync(join(dir, 'oom')),
    };
  } catch {
    return undefined;
  }
}

/** Takes away what the run before left, so that it is not taken for this one's. */
export function clearExitStatus(id: string, dir: string): void {
  rmSync(join(exitFolder(dir), id), { force: true });
  rmSync(join(dir, 'oom'), { force: true });
}

/**
 * Resolves when the exit status is there, or when `lost` says that nobody is left who could write it. Looks at once,
 * at every change of the folder, and every second in case the file system tells of none. Rejects with the signal's
 * reason.
 */
export async function waitForExitStatus(
  id: string,
  dir: string,
  lost: () => boolean,
  signal?: AbortSignal,
): Promise<void> {
  signal?.throwIfAborted();
  const done = deferred<void>();
  const look = (): void => {
    if (readExitStatus(id, dir) !== undefined || lost()) done.resolve();
  };
  const stop = (): void => done.reject(signal?.reason);
  signal?.addEventListener('abort', stop, { once: true });
  const timer = setInterval(look, pollMs);
  let watcher: FSWatcher | undefined;
  try {
    watcher = watch(exitFolder(dir), look);
    watcher.on('error', () => undefined);
  } catch {
    // No inotify left, or no folder: the timer does it.
  }
  try {
    look();
    await done.promise;
  } finally {
    clearInterval(timer);
    watcher?.close();
    signal?.removeEventListener('abort', stop);
  }
}
