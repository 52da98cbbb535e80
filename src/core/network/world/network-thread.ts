import { Worker } from 'node:worker_threads';
import { GantryError } from '../../../base/gantry-error.ts';
import { fromThreadError } from '../../../base/thread-error.ts';
import { workerUrl } from '../../../base/worker-url.ts';
import type { NetworkAnswer, NetworkCall, NetworkThreadPlace } from './network-calls.ts';

/** Calls a method of what the thread has; resolves and rejects as that does. */
export type CallNetworkThread = (
  noun: NetworkCall['noun'],
  method: string,
  ...values: readonly unknown[]
) => Promise<unknown>;

/** Starts a thread in the network at `place`. It keeps the process alive while it is at work, and no longer. */
export function startNetworkThread(place: NetworkThreadPlace): CallNetworkThread {
  const worker = new Worker(workerUrl('core/network/world/networking.worker.ts'), {
    workerData: place,
    // Node would warn of descriptors that were opened by system calls of our own.
    trackUnmanagedFds: false,
  });
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let failure: GantryError | undefined;
  let lastId = 0;
  const settle = (id: number): PromiseWithResolvers<unknown> | undefined => {
    const asked = waiting.get(id);
    waiting.delete(id);
    if (waiting.size === 0) worker.unref();
    return asked;
  };
  const fail = (cause: unknown): void => {
    failure ??= new GantryError({
      kind: 'internal',
      code: 'worker-died',
      message: `the thread in your containers' network died: ${cause instanceof Error ? cause.message : cause}`,
      cause,
    });
    for (const id of [...waiting.keys()]) settle(id)?.reject(failure);
  };
  worker.on('message', (message: NetworkAnswer) => {
    const asked = settle(message.id);
    if ('error' in message) asked?.reject(fromThreadError(message.error));
    else asked?.resolve(message.value);
  });
  worker.on('error', fail);
  worker.on('exit', (code) => fail(`exit code ${code}`));
  worker.unref();
  return (noun, method, ...values) => {
    if (failure !== undefined) return Promise.reject(failure);
    const asked = Promise.withResolvers<unknown>();
    lastId += 1;
    waiting.set(lastId, asked);
    worker.ref();
    worker.postMessage({ id: lastId, noun, method, values } satisfies NetworkCall);
    return asked.promise;
  };
}
