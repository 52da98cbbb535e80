import { processEnd } from '../host/process-handle.ts';
import { type ContainerServices, containerContext } from './container-context.ts';
import type { ContainerRecord } from './container-record.ts';
import { isAlive } from './lifecycle.ts';
import { settle } from './settle.ts';

/** Watches containers in order to bury them at their end. */
export interface Undertaker {
  /** Looks after those that run now and are not looked after yet. */
  watch(): void;
}

/**
 * Buries containers the moment they end, until the signal fires: for a process that stays, and wants
 * `container.died` in time. Where none stays the next look does it.
 */
export function undertaker(services: ContainerServices, signal: AbortSignal): Undertaker {
  const context = containerContext(services);
  const watched = new Set<string>();

  const watchOne = async (record: ContainerRecord): Promise<void> => {
    const process = record.run?.process;
    if (process === undefined || !isAlive(record.state) || watched.has(record.id)) return;
    watched.add(record.id);
    try {
      await processEnd({ pid: process.pid, startTime: process.pidStartTime }, signal);
      await settle(context, record, signal);
    } catch {
      // Aborted, or it cannot be buried now: whoever looks next tries again.
    } finally {
      watched.delete(record.id);
    }
  };

  return {
    watch() {
      if (signal.aborted) return;
      for (const [, record] of [...context.records.entries()]) void watchOne(record);
    },
  };
}
