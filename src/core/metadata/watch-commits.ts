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
 * them all; while this connection is open the log is not removed. Where it cannot be watched it is asked for twice a
 * second instead.
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

/**
 * SQLite writes a commit into the log first and then says, in memory it shares with others, that it is there. Whoever
 * is woken by the first may be too early for the second, and nothing else need happen for hours: so the call is
 * repeated after pauses in which a process, however busy the machine, gets from the one to the other.
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
    after([5, 50, 500, 5000]);
  };
}

function watchFile(path: string, onChange: () => void): Disposable {
  try {
    const watcher = watch(path, onChange);
    let poll: NodeJS.Timeout | undefined;
    watcher.on('error', () => {
      poll ??= setInterval(onChange, 500);
    });
    return {
      [Symbol.dispose]() {
        watcher.close();
        clearInterval(poll);
      },
    };
  } catch {
    // No inotify instance left, or a file system without.
    const poll = setInterval(onChange, 500);
    return { [Symbol.dispose]: () => clearInterval(poll) };
  }
}
