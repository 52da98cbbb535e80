import { setTimeout as pause } from 'node:timers/promises';
import { isErrorCode } from '../../../base/is-error-code.ts';

const attempts = 6;

/**
 * Does something with the files of a context, again from their listing when they changed in a way that reading alone
 * cannot make good: removed, replaced, rewritten. The last failure is thrown.
 */
export async function onceSettled<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    signal.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      if (!isErrorCode(error, 'source-changed') || attempt === attempts) throw error;
      await pause(25 * attempt);
    }
  }
}
