import type { LogsOutcome } from '../../app/commands/outcome.ts';
import type { CliHost } from '../cli-host.ts';
import { orderedWriter } from './ordered-writer.ts';

/** A container's lines, untouched, each to the stream it was written to. */
export async function showLogs(host: CliHost, { entries, timestamps }: LogsOutcome): Promise<undefined> {
  const writer = orderedWriter();
  let atLineStart = true;
  for await (const { stream, time, data } of entries) {
    const sink = stream === 'stderr' ? host.stderr : host.stdout;
    if (timestamps && atLineStart) await writer.write(sink, Buffer.from(`${time} `));
    await writer.write(sink, data);
    atLineStart = data.at(-1) === 0x0a;
  }
  await writer.flush();
}
