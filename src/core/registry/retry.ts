import { setTimeout as delay } from 'node:timers/promises';
import { GantryError } from '../../base/gantry-error.ts';
import { discardBody } from './discard-body.ts';
import type { HttpResponse } from './http-exchange.ts';

/** What is tried again: as go-containerregistry and moby have it. */
export const passingStatuses: ReadonlySet<number> = new Set([408, 425, 429, 499, 500, 502, 503, 504, 522]);
const tries = 4;
/** Each of them has waited for long already. */
const triesAfterTimeout = 2;
const firstDelayMs = 250;
const longestDelayMs = 30_000;

/**
 * Sends until the answer is not a passing fault: refused or broken connections and the statuses above, with doubling
 * delays and jitter, or the time the registry names. `send` must make a fresh request each time. With `thrown` false
 * broken connections are left to whoever called.
 */
export async function withRetry(
  send: () => Promise<HttpResponse>,
  signal: AbortSignal,
  { thrown = true }: { readonly thrown?: boolean } = {},
): Promise<HttpResponse> {
  for (let attempt = 1; ; attempt += 1) {
    let waitMs = firstDelayMs * 2 ** (attempt - 1) * (0.75 + Math.random() / 2);
    try {
      const response = await send();
      if (!passingStatuses.has(response.status) || attempt === tries) return response;
      discardBody(response);
      waitMs = Math.max(waitMs, retryAfterMs(response.headers['retry-after']) ?? 0);
      if (waitMs > longestDelayMs) return response;
    } catch (error) {
      if (!thrown || !passes(error) || attempt === (isTimeout(error) ? triesAfterTimeout : tries))
        throw error;
    }
    await delay(waitMs, undefined, { signal });
  }
}

/** Does work anew that a broken connection ended: an answer that was cut short after {@link withRetry} was done. */
export async function againWhenBroken<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const isCut = error instanceof GantryError && error.code === 'answer-cut-short';
      if (!isCut || attempt === tries || signal.aborted) throw error;
    }
    await delay(firstDelayMs * 2 ** (attempt - 1), undefined, { signal });
  }
}

/** Whether a thrown error may pass by itself. A refused connection does not: nobody listens, and waiting is no help. */
export function passes(error: unknown): boolean {
  if (!(error instanceof GantryError)) return false;
  const errno = error.details['errno'];
  return (
    (error.kind === 'network' || error.kind === 'timeout') &&
    ['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN'].includes(String(errno))
  );
}

function isTimeout(error: unknown): boolean {
  return error instanceof GantryError && error.kind === 'timeout';
}

/** Seconds or an HTTP date (RFC 9110 section 10.2.3), as milliseconds from now. */
export function retryAfterMs(header: string | undefined, now: number = Date.now()): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
