/**
 * Sends what is being written to the disk while more of it comes, so that the flush at the end has little left to wait
 * for: processor and disk work at the same time.
 */
export interface EarlyWriteback {
  /** So many more bytes were written to files. */
  wrote(bytes: number): void;
  /** Waits for what is under way. Rejects when any of it failed: a later flush would not hear of that again. */
  settled(): Promise<void>;
}

/** Fewer are not worth the journal's commit that each flush is. */
const stretchBytes = 64 * 1024 * 1024;

/** @param flush waits until all that was written before is on the disk */
export function earlyWriteback(flush: () => Promise<void>): EarlyWriteback {
  let waitingBytes = 0;
  let running: Promise<void> | undefined;
  let failure: unknown;
  return {
    wrote(bytes) {
      waitingBytes += bytes;
      if (running !== undefined || waitingBytes < stretchBytes) return;
      waitingBytes = 0;
      running = flush()
        .catch((error: unknown) => {
          failure = error;
        })
        .finally(() => {
          running = undefined;
        });
    },
    async settled() {
      await running;
      const told = failure;
      failure = undefined;
      if (told !== undefined) throw told;
    },
  };
}
