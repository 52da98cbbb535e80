import { watch } from 'node:fs';
import { type Deferred, deferred } from '../../base/deferred.ts';
import type { Database } from './database.ts';

/** Waits for transactions, of this process or another. */
export interface CommitWatch extends Disposable {
  /** Resolves when one may have happened since the last call; false when the signal fired or the time has come. */
  next(): Promise<boolean>;
}

/**
 * Every commit is written into SQLite's write-ahead log, whoever makes it, so watching that file (inotify) tells of
 * them all; while this connection is open the log is not removed. That is a hint, which makes it quick, and nothing is
 * built on it: a look costs some microseconds, so there is one a second whatever the kernel tells.
 */
export function watchCommits(
  database: Database,
  signal: AbortSignal | undefined,
  untilMs: number,
): CommitWatch {
  let changed = true;
  let waiting: Deferred<boolean> | undefined;
  const wake = () => {
    changed = true;
    waiting?.resolve(true);
  };
  const end = () => waiting?.resolve(false);
  const cleanUp = new DisposableStack();

  cleanUp.use(database.onCommit(wake));
  cleanUp.use(watchFile(`${database.path}-wal`, again(cleanUp, wake)));
  const lookout = setInterval(wake, lookoutMs);
  cleanUp.defer(() => clearInterval(lookout));
  signal?.addEventListener('abort', end);
  cleanUp.defer(() => signal?.removeEventListener('abort', end));

  return {
    async next() {
      const leftMs = untilMs - Date.now();
      if (signal?.aborted === true || leftMs <= 0) return false;
      if (!changed) {
        waiting = deferred();
        const timer = leftMs < longestTimerMs ? setTimeout(end, leftMs) : undefined;
        const woken = await waiting.promise;
        clearTimeout(timer);
        waiting = undefined;
        if (!woken) return false;
      }
      changed = false;
      return true;
    },
    [Symbol.dispose]() {
      cleanUp.dispose();
      end();
    },
  };
}

const longestTimerMs = 2 ** 31 - 1;
const lookoutMs = 1000;

/**
 * SQLite writes a commit into the log first and then says, in memory it shares with others, that it is there; between
 * the two it may wait for the disk. Whoever is woken by the first is often too early for the second, so the call is
 * repeated after pauses in which most get from the one to the other.
 */
function again(cleanUp: DisposableStack, wake: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const after = ([pauseMs, ...rest]: readonly number[]): void => {
    if (pauseMs === undefined) return;
    timer = setTimeout(() => {
      wake();
      after(rest);
    }, pauseMs);
  };
  cleanUp.defer(() => clearTimeout(timer));
  return () => {
    clearTimeout(timer);
    wake();
    after([5, 50, 250]);
  };
}

function watchFile(path: string, onChange: () => void): Disposable {
  try {
    const watcher = watch(path, onChange);
    watcher.on('error', onChange);
    return { [Symbol.dispose]: () => watcher.close() };
  } catch {
    // No inotify instance left, or a file system without.
    return { [Symbol.dispose]: () => undefined };
  }
}
