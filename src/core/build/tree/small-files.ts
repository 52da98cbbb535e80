import { availableParallelism } from 'node:os';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { type BorrowedWorker, borrowWorker } from '../../layers/worker-pool.ts';
import type { SelectedEntry } from './selection.ts';
import type { SmallFilesBatch, SmallFilesReply } from './small-files.worker.ts';
import type { Placement } from './tree-writer.ts';

/**
 * Copies small files by threads of their own: most of the time such a copy takes is the kernel's, for each file by
 * itself. Disposing waits for what is under way.
 */
export interface SmallFiles extends AsyncDisposable {
  /** For a file that is not there, into a folder that is. */
  add(source: SelectedEntry, hostPath: string, placement: Placement): void;
  /** Calls `work` when all that was added before is there. */
  afterThese(work: () => void): void;
  /** Waits until more can be added. Rejects as soon as anything went wrong. */
  room(): Promise<void>;
  /** Waits for all that was added and called. */
  finish(): Promise<void>;
}

/** Long enough to be worth a message, short enough for all threads to have work. */
const batchFiles = 64;
const batchesAhead = 3;
/** More would wait for each other in the file system, and each takes memory. */
const mostThreads = 3;

interface Batch {
  readonly from: string;
  readonly to: string;
  readonly sources: SelectedEntry[];
  readonly facts: number[];
}

/** `redo` copies what a thread has left: it may have changed, or be in the way. */
export function smallFiles(redo: (source: SelectedEntry) => Promise<void>): SmallFiles {
  const threads: Thread[] = [];
  // One processor is left to who hands out, and to the hash of what is there.
  const most = Math.max(1, Math.min(mostThreads, availableParallelism() - 1));
  const pending = new Set<Promise<void>>();
  let batch: Batch | undefined;
  let failure: { readonly cause: unknown } | undefined;

  const track = (work: Promise<void>): void => {
    const settled = work
      .catch((cause: unknown) => {
        failure ??= { cause };
      })
      .finally(() => pending.delete(settled));
    pending.add(settled);
  };
  const throwFailure = (): void => {
    if (failure !== undefined) throw failure.cause;
  };
  const leastBusy = (): Thread => {
    const idlest = threads.toSorted((one, other) => one.waiting - other.waiting)[0];
    if (idlest !== undefined && (idlest.waiting === 0 || threads.length === most)) return idlest;
    const thread = new Thread();
    threads.push(thread);
    return thread;
  };
  const send = (): void => {
    if (batch === undefined) return;
    const { from, to, sources, facts } = batch;
    batch = undefined;
    const names = sources.map(({ name }) => name);
    // One tree has them all.
    const isExposed = sources[0]?.isExposed === true;
    const copied = leastBusy().copy({ from, to, names, isExposed, facts: Float64Array.from(facts) });
    track(
      copied.then(async (left) => {
        for (const index of left) await redo(sources[index] as SelectedEntry);
      }),
    );
  };

  return {
    add(source, hostPath, { owner, mode }) {
      const [from, to] = [folderOf(source.hostPath), folderOf(hostPath)];
      if (batch?.from !== from || batch.to !== to) send();
      batch ??= { from, to, sources: [], facts: [] };
      const { ino, dev, size, mtimeMs, ctimeMs } = source.stats;
      batch.sources.push(source);
      batch.facts.push(ino, dev, size, mtimeMs, ctimeMs, owner.uid, owner.gid, mode);
      if (batch.sources.length === batchFiles) send();
    },
    afterThese(work) {
      send();
      track(
        Promise.all(pending)
          .then(() => failure === undefined && work())
          .then(() => undefined),
      );
    },
    async room() {
      throwFailure();
      while (threads.reduce((sum, { waiting }) => sum + waiting, 0) >= most * batchesAhead) {
        await Promise.race(pending);
        throwFailure();
      }
    },
    async finish() {
      send();
      while (pending.size > 0) await Promise.all(pending);
      throwFailure();
    },
    async [Symbol.asyncDispose]() {
      while (pending.size > 0) await Promise.all(pending);
      for (const thread of threads) thread[Symbol.dispose]();
    },
  };
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

class Thread implements Disposable {
  readonly #worker: BorrowedWorker;
  readonly #port: MessagePort;
  readonly #replies: PromiseWithResolvers<SmallFilesReply>[] = [];
  #failure: unknown;

  constructor() {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#worker = borrowWorker('core/build/tree/small-files.worker.ts');
    this.#worker.onceFailed((error) => {
      this.#failure = error;
      for (const { reject } of this.#replies.splice(0)) reject(error);
    });
    port1.on('message', (left: SmallFilesReply) => this.#replies.shift()?.resolve(left));
    this.#worker.post({ port: port2 }, [port2]);
  }

  /** Batches that were not replied to. */
  get waiting(): number {
    return this.#replies.length;
  }

  copy(batch: SmallFilesBatch): Promise<SmallFilesReply> {
    const reply = Promise.withResolvers<SmallFilesReply>();
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    this.#replies.push(reply);
    this.#port.postMessage(batch);
    return reply.promise;
  }

  [Symbol.dispose](): void {
    this.#port.close();
    this.#worker[Symbol.dispose]();
  }
}
