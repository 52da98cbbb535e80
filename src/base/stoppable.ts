/** An iterator that somebody else may stop waiting for. */
export interface Stoppable<T> {
  /** Undefined: stopped. What comes after that is lost. */
  next(): Promise<IteratorResult<T> | undefined>;
  stop(): void;
}

/**
 * What `Promise.race([iterator.next(), over])` is for, without its price: a promise that is raced again and again keeps
 * every result of the races until it settles, and so a whole stream in memory.
 */
export function stoppable<T>(iterator: AsyncIterator<T>): Stoppable<T> {
  let isStopped = false;
  let stopWaiting: (() => void) | undefined;
  return {
    next: () =>
      new Promise((resolve, reject) => {
        stopWaiting = () => resolve(undefined);
        if (isStopped) resolve(undefined);
        else iterator.next().then(resolve, reject);
      }),
    stop() {
      isStopped = true;
      stopWaiting?.();
    },
  };
}
