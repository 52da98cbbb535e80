import { closeSync, constants, fstatSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { GantryError } from '../../base/gantry-error.ts';
import { lastErrno, libcFunction } from './libc.ts';
import { errnoName, isErrno, systemError } from './system-error.ts';

/** A lock held; disposing lets it go. So does the death of the process, whatever kills it. */
export interface FileLock extends Disposable {
  readonly path: string;
}

export interface LockOptions {
  /** Several holders may share it; an exclusive one waits for all of them. */
  readonly shared?: boolean | undefined;
}

/**
 * flock(2) without waiting: undefined when another process, or another lock of this one, has it. The file is made
 * when missing and stays; whoever removes it must hold it.
 */
export function tryLockFile(path: string, options: LockOptions = {}): FileLock | undefined {
  for (;;) {
    const fd = openLockFile(path);
    try {
      if (!flock(fd, path, options.shared === true)) {
        closeSync(fd);
        return undefined;
      }
      if (isStillThere(fd, path)) return new HeldLock(path, fd);
      // Its last holder removed it between our open and our lock: that lock locks nothing.
      closeSync(fd);
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  }
}

/**
 * As {@link tryLockFile}, waiting for it. Rejects `cancelled` when the signal fires, `timeout` / `lock-timeout` after
 * `timeoutMs`.
 */
export async function lockFile(
  path: string,
  options: LockOptions & {
    readonly signal?: AbortSignal | undefined;
    readonly timeoutMs?: number | undefined;
  } = {},
): Promise<FileLock> {
  const deadline =
    options.timeoutMs === undefined ? Number.POSITIVE_INFINITY : performance.now() + options.timeoutMs;
  for (let pauseMs = 1; ; pauseMs = Math.min(pauseMs * 2, 50)) {
    if (options.signal?.aborted === true) throw GantryError.from(options.signal.reason);
    const lock = tryLockFile(path, options);
    if (lock !== undefined) return lock;
    if (performance.now() >= deadline) {
      throw new GantryError({
        kind: 'timeout',
        code: 'lock-timeout',
        message: `another gantry holds ${path} for longer than ${options.timeoutMs} ms`,
        details: { path },
      });
    }
    await sleep(pauseMs, undefined, { signal: options.signal }).catch((error: unknown) => {
      throw GantryError.from(error);
    });
  }
}

class HeldLock implements FileLock {
  readonly path: string;
  #fd: number | undefined;

  constructor(path: string, fd: number) {
    this.path = path;
    this.#fd = fd;
  }

  [Symbol.dispose](): void {
    if (this.#fd === undefined) return;
    closeSync(this.#fd);
    this.#fd = undefined;
  }
}

function openLockFile(path: string): number {
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW;
  try {
    return openSync(path, flags, 0o600);
  } catch (error) {
    if (isErrno(error, 'EISDIR', 'ELOOP')) throw replaced(path, error);
    if (!isErrno(error, 'ENOENT')) throw error;
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    return openSync(path, flags, 0o600);
  }
}

function replaced(path: string, cause: unknown): GantryError {
  return new GantryError({
    kind: 'corrupt',
    code: 'lock-replaced',
    message: `${path} is no regular file, where a lock is to be`,
    hint: 'move it out of the way; in gantry’s own folders "gantry system check --repair" does that',
    details: { path },
    cause,
  });
}

function flock(fd: number, path: string, shared: boolean): boolean {
  const sharedLock = 1;
  const exclusiveLock = 2;
  const doNotWait = 4;
  for (;;) {
    if (flockCall(fd, (shared ? sharedLock : exclusiveLock) | doNotWait) === 0) return true;
    const errno = lastErrno();
    if (errnoName(errno) === 'EAGAIN') return false;
    if (errnoName(errno) !== 'EINTR') throw systemError(errno, 'flock', path);
  }
}

function isStillThere(fd: number, path: string): boolean {
  const mine = fstatSync(fd);
  const named = statSync(path, { throwIfNoEntry: false });
  return named !== undefined && named.ino === mine.ino && named.dev === mine.dev;
}

const flockCall = libcFunction('flock', ['int', 'int']);
