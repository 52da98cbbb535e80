import { constants, type FSWatcher, statSync, watch } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { deferred } from '../../base/deferred.ts';
import { GantryError } from '../../base/gantry-error.ts';
import type { LogEntry, LogOptions } from '../../engine/containers.ts';
import { isErrno } from '../host/system-error.ts';
import { type ContainerContext, containerDir } from './container-context.ts';
import type { ContainerRecord } from './container-record.ts';
import { findContainer } from './find-container.ts';
import { isAlive } from './lifecycle.ts';
import { logParts, logPath, logSettings } from './log-files.ts';
import { utcTime } from './log-line.ts';
import { LogReader, tailOffset } from './log-lines.ts';
import { settle } from './settle.ts';

/** For file systems that tell of no changes. */
const pollMs = 1000;

/**
 * What a container wrote, oldest first, as many entries at once as there are. `tail` reads from the end; `follow` goes on until the container ends, over
 * rotations of the file. Ends quietly when the signal fires. Throws `unsupported` / `no-logs` when none are kept.
 */
export async function* readLogs(
  context: ContainerContext,
  idOrName: string,
  options: LogOptions = {},
): AsyncGenerator<readonly LogEntry[]> {
  const found = findContainer(context, idOrName);
  if (logSettings(found.spec) === undefined) {
    throw new GantryError({
      kind: 'unsupported',
      code: 'no-logs',
      message: 'configured logging driver does not support reading',
    });
  }
  const since = timeOption('since', options.since);
  const until = timeOption('until', options.until);
  const record = (await settle(context, found, options.signal)) ?? found;
  for await (const batch of batches(context, record, options)) {
    const end = until === undefined ? -1 : batch.findIndex(({ time }) => time > until);
    const early = end < 0 ? batch : batch.slice(0, end);
    const wanted = since === undefined ? early : early.filter(({ time }) => time >= since);
    if (wanted.length > 0) yield wanted;
    if (end >= 0) return;
  }
}

async function* batches(
  context: ContainerContext,
  record: ContainerRecord,
  { follow = false, tail, signal }: LogOptions,
): AsyncGenerator<readonly LogEntry[]> {
  const dir = containerDir(context, record.id);
  await using files = await openParts(dir, tail);
  // Watched from before the first look, so that nothing falls between.
  using changes = follow && isAlive(record.state) ? await watchLog(context, record, dir, signal) : undefined;
  for (const { reader } of files.parts) yield* untilAborted(reader, signal);
  if (changes === undefined) return;
  for (;;) {
    const ended = changes.ended();
    for (let more = true; more; ) {
      const current = files.parts.at(-1);
      // Once the next is there nothing more comes into this one: it is read to its end after that was seen.
      more = await files.openNext();
      if (current !== undefined) yield* untilAborted(current.reader, signal);
    }
    if (ended || signal?.aborted === true) return;
    await changes.next();
  }
}

async function* untilAborted(
  reader: LogReader,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly LogEntry[]> {
  for await (const batch of reader.read()) {
    if (signal?.aborted === true) return;
    yield batch;
  }
}

interface OpenPart {
  readonly file: FileHandle;
  readonly inode: number;
  readonly reader: LogReader;
}

interface OpenParts extends AsyncDisposable {
  readonly parts: readonly OpenPart[];
  /** Opens the file the monitor went on with after the last; false when it writes that one. */
  openNext(): Promise<boolean>;
}

/**
 * The parts from which `tail` lines come, each at its offset. The newest is opened first: when the files are turned
 * meanwhile one comes twice, under its next name, and none is passed over.
 */
async function openParts(dir: string, tail: number | undefined): Promise<OpenParts> {
  const parts: OpenPart[] = [];
  const opened = async (path: string): Promise<OpenFile | undefined> => {
    const file = await openIfThere(path);
    if (file === undefined) return undefined;
    const { size, ino } = await file.stat();
    return { file, inode: ino, size };
  };
  const add = ({ file, inode }: OpenFile, offset: number, where: 'first' | 'last'): void => {
    const part = { file, inode, reader: new LogReader(file, offset) };
    if (where === 'first') parts.unshift(part);
    else parts.push(part);
  };
  let missing = tail;
  for (const path of logParts(dir)) {
    const part = missing === 0 && parts.length > 0 ? undefined : await opened(path);
    if (part === undefined) continue;
    if (parts.some(({ inode }) => inode === part.inode)) {
      await part.file.close();
      continue;
    }
    const { offset, found } =
      missing === undefined ? { offset: 0, found: 0 } : await tailOffset(part.file, part.size, missing);
    if (missing !== undefined) missing -= found;
    add(part, offset, 'first');
  }
  return {
    parts,
    async openNext() {
      const last = parts.at(-1)?.inode;
      if (last !== undefined && statSync(logPath(dir), { throwIfNoEntry: false })?.ino === last) return false;
      let next: OpenFile | undefined;
      for (const path of logParts(dir)) {
        const part = await opened(path);
        if (part === undefined) continue;
        if (part.inode === last || part.inode === next?.inode) {
          await part.file.close();
          if (part.inode === last) break;
          continue;
        }
        await next?.file.close();
        next = part;
      }
      if (next !== undefined) add(next, 0, 'last');
      return next !== undefined;
    },
    async [Symbol.asyncDispose]() {
      for (const { file } of parts) await file.close();
    },
  };
}

interface OpenFile extends Omit<OpenPart, 'reader'> {
  readonly size: number;
}

interface LogChanges extends Disposable {
  /** Whether nothing more will be written. */
  ended(): boolean;
  /** Resolves at the next change of the log, the container's end, or the abort. */
  next(): Promise<void>;
}

async function watchLog(
  context: ContainerContext,
  record: ContainerRecord,
  dir: string,
  outer: AbortSignal | undefined,
): Promise<LogChanges> {
  const stop = new AbortController();
  const signal = outer === undefined ? stop.signal : AbortSignal.any([outer, stop.signal]);
  let changed = deferred<void>();
  let ended = false;
  const wake = (): void => changed.resolve();
  const finish = (): void => {
    ended = true;
    wake();
  };
  const timer = setInterval(wake, pollMs);
  outer?.addEventListener('abort', wake, { once: true });
  let watcher: FSWatcher | undefined;
  try {
    watcher = watch(dir, wake);
    watcher.on('error', () => undefined);
  } catch {
    // No inotify left: the timer does it.
  }
  const process = record.run?.process;
  const runtime = await context.runtime();
  if (process === undefined) finish();
  else runtime.waitExit(record.id, dir, process, signal).then(finish, finish);
  return {
    ended: () => ended,
    async next() {
      await changed.promise;
      changed = deferred();
    },
    [Symbol.dispose]() {
      stop.abort();
      clearInterval(timer);
      watcher?.close();
      outer?.removeEventListener('abort', wake);
    },
  };
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    if ((await file.stat()).isFile()) return file;
    await file.close();
    return undefined;
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function timeOption(name: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const time = utcTime(text);
  if (time !== undefined) return time;
  throw new GantryError({
    kind: 'invalid',
    code: 'bad-time',
    message: `invalid value for "${name}": ${JSON.stringify(text.slice(0, 80))} is not an RFC 3339 time`,
  });
}
