import type { Ask } from '../app/commands/command-context.ts';
import { stripControl } from '../base/strip-control.ts';
import type { CliHost } from './cli-host.ts';

const longestAnswer = 64 * 1024;

/**
 * Answers come line by line from stdin; what was typed ahead answers the next question. Rejects when the user gives
 * up. Call only with a terminal on stdin.
 */
export function terminalAsk(host: CliHost): Ask {
  let ahead = '';
  return async (text, { secret = false } = {}) => {
    // Before the question: whoever answers at once must not be seen either.
    using _quiet = secret ? await host.stdin.withoutEcho() : undefined;
    host.stderr.text(stripControl(text));
    const gaveUp = Promise.withResolvers<never>();
    const { signal } = host.interrupts;
    const giveUp = (): void => gaveUp.reject(signal.reason);
    signal.addEventListener('abort', giveUp, { once: true });
    if (signal.aborted) giveUp();
    const line = (async () => {
      if (!ahead.includes('\n')) {
        for await (const chunk of host.stdin.chunks()) {
          ahead += Buffer.from(chunk).toString('utf8');
          if (ahead.includes('\n') || ahead.length > longestAnswer) break;
        }
      }
      if (ahead === '') return undefined;
      const [first = '', ...rest] = ahead.split('\n');
      ahead = rest.join('\n');
      return first.replace(/\r$/, '');
    })();
    line.catch(() => undefined);
    try {
      return await Promise.race([line, gaveUp.promise]);
    } finally {
      signal.removeEventListener('abort', giveUp);
      host.stdin.release();
      if (secret) host.stderr.text('\n');
    }
  };
}
