import type { Question } from '../app/commands/define-command.ts';
import { stripControl } from '../base/strip-control.ts';
import type { CliHost } from './cli-host.ts';

/** Most items that are listed before a question; the rest is counted. */
const mostItems = 40;

/** Asks on stderr, reads the answer from stdin. Anything but yes is no; so is the end of input. */
export async function confirm(host: CliHost, question: Question): Promise<boolean> {
  const shown = question.items.slice(0, mostItems).map((item) => `  ${stripControl(item)}`);
  const left = question.items.length - shown.length;
  if (left > 0) shown.push(`  and ${left} more`);
  const lines = [stripControl(question.text), ...(shown.length > 0 ? ['', ...shown, ''] : [])];
  if (host.globals.yes) {
    host.stderr.text(`${lines.join('\n')}\n`);
    return true;
  }
  host.stderr.text(`${lines.join('\n')}\n${question.prompt} [y/N] `);
  const answer = await readLine(host);
  if (!host.stdin.isTerminal) host.stderr.text('\n');
  return /^\s*y(?:es)?\s*$/i.test(answer);
}

async function readLine({ stdin, interrupts: { signal } }: CliHost): Promise<string> {
  const gaveUp = Promise.withResolvers<never>();
  const giveUp = () => gaveUp.reject(signal.reason);
  signal.addEventListener('abort', giveUp, { once: true });
  const line = (async () => {
    let text = '';
    for await (const chunk of stdin.chunks()) {
      text += Buffer.from(chunk).toString('utf8');
      if (text.includes('\n') || text.length > 1000) break;
    }
    return text.split('\n', 1)[0] ?? '';
  })();
  try {
    return await Promise.race([line, gaveUp.promise]);
  } finally {
    signal.removeEventListener('abort', giveUp);
    stdin.release();
  }
}
