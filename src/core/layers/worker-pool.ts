import { type Transferable, Worker } from 'node:worker_threads';
import { GantryError } from '../../base/gantry-error.ts';
import { workerUrl } from '../../base/worker-url.ts';

/** A worker lent to one job. Disposing gives it back. */
export interface BorrowedWorker extends Disposable {
  post(message: unknown, transfer?: readonly Transferable[]): void;
  /** When the thread itself dies, not when a job fails. */
  onceFailed(listener: (error: GantryError) => void): void;
}

/** How long an idle worker is kept: the next layer or build step is near, or it is not needed. */
const idleMs = 5000;

const idle = new Map<string, { readonly worker: Worker; readonly timer: NodeJS.Timeout }[]>();

/**
 * Lends a worker that waits for jobs as messages, an idle one if there is one: starting a thread costs some 30 ms. An
 * idle worker does not keep the process alive.
 */
export function borrowWorker(path: `${string}.worker.ts`): BorrowedWorker {
  const kept = idle.get(path)?.pop();
  if (kept !== undefined) clearTimeout(kept.timer);
  // Node would warn of descriptors that were opened by system calls of our own.
  const worker = kept?.worker ?? new Worker(workerUrl(path), { trackUnmanagedFds: false });
  worker.ref();
  let failure: GantryError | undefined;
  let listener: ((error: GantryError) => void) | undefined;
  const onError = (cause: unknown): void => {
    failure = new GantryError({
      kind: 'internal',
      code: 'worker-died',
      message: `a worker thread died: ${cause}`,
      cause,
    });
    listener?.(failure);
  };
  const onExit = (code: number): void => onError(`exit code ${code}`);
  worker.on('error', onError);
  worker.on('exit', onExit);
  return {
    post: (message, transfer) => worker.postMessage(message, transfer ?? []),
    onceFailed(next) {
      listener = next;
      if (failure !== undefined) next(failure);
    },
    [Symbol.dispose]() {
      worker.off('error', onError);
      worker.off('exit', onExit);
      if (failure === undefined) keep(path, worker);
    },
  };
}

function keep(path: string, worker: Worker): void {
  worker.unref();
  const list = idle.get(path) ?? [];
  idle.set(path, list);
  const timer = setTimeout(() => {
    const at = list.findIndex((item) => item.worker === worker);
    if (at !== -1) list.splice(at, 1);
    void worker.terminate();
  }, idleMs);
  timer.unref();
  list.push({ worker, timer });
}
