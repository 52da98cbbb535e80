import { closeSync, writeSync } from 'node:fs';
import { GantryError } from '../../../base/gantry-error.ts';
import { placeOutsideService } from '../../host/cgroups/place-process.ts';
import { makePipe } from '../../host/pipe.ts';
import { PipeReader } from '../../host/pipe-reader.ts';
import { endChild, reapSoon, spawnProgram } from '../../host/spawn-program.ts';
import { isErrno } from '../../host/system-error.ts';
import { startError } from '../start-error.ts';
import { monitorEnvironment } from './monitor-arguments.ts';
import { syncMessages } from './sync-messages.ts';

/** Monitors live here in the hierarchy service managers kill by: beside the containers, whose names are IDs. */
const monitorCgroup = '/gantry/monitors';

/**
 * A conmon that is loaded and waits for the word to create its container: what it needs for that may come into being
 * meanwhile. Disposing of one that never got the word ends it.
 */
export class WaitingMonitor implements Disposable {
  readonly #pid: number;
  readonly #sync: PipeReader;
  readonly #errors: PipeReader;
  #start: number | undefined;

  /**
   * Starts it in the namespaces the calling thread is in. `held`: descriptors it keeps open as long as it lives. Throws
   * `unavailable` / `no-monitor`.
   */
  constructor(argv: readonly [string, ...string[]], dir: string, held: readonly number[]) {
    const [sync, start, errors] = [makePipe(), makePipe(), makePipe()];
    const theirs = [sync.writeEnd, start.readEnd, errors.writeEnd];
    try {
      this.#pid = spawnProgram({
        argv,
        env: monitorEnvironment(false),
        cwd: dir,
        descriptors: [undefined, undefined, errors.writeEnd, sync.writeEnd, start.readEnd, ...held],
      });
    } catch (cause) {
      for (const fd of [sync.readEnd, start.writeEnd, errors.readEnd]) closeSync(fd);
      throw new GantryError({
        kind: 'unavailable',
        code: 'no-monitor',
        message: 'cannot start conmon',
        cause,
      });
    } finally {
      for (const fd of theirs) closeSync(fd);
    }
    this.#sync = new PipeReader(sync.readEnd);
    this.#errors = new PipeReader(errors.readEnd);
    this.#start = start.writeEnd;
  }

  /** Gives it the word. It outlives the service we may be part of. */
  begin(): void {
    if (this.#start === undefined) return;
    placeOutsideService(this.#pid, monitorCgroup);
    try {
      writeSync(this.#start, '\n');
    } catch (error) {
      // It died at once: the end of the other pipe tells it better.
      if (!isErrno(error, 'EPIPE')) throw error;
    }
    closeSync(this.#start);
    this.#start = undefined;
  }

  /** ID of the process it created. `args` are that process's, for what is said when it could not; rejects `start`. */
  async created(args: readonly string[]): Promise<number> {
    for await (const message of syncMessages(this.#sync.chunks())) {
      if (message.data > 0) return message.data;
      throw startError(message.message ?? this.#complaint(), args);
    }
    throw startError(this.#complaint(), args);
  }

  [Symbol.dispose](): void {
    if (this.#start !== undefined) {
      endChild(this.#pid);
      closeSync(this.#start);
      this.#start = undefined;
    } else reapSoon(this.#pid);
    this.#sync[Symbol.dispose]();
    this.#errors[Symbol.dispose]();
  }

  #complaint(): string {
    return Buffer.from(this.#errors.now()).toString('utf8');
  }
}
