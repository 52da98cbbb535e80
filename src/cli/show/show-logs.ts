import type { LogsOutcome } from '../../app/commands/outcome.ts';
import type { CliHost } from '../cli-host.ts';
import { orderedWriter } from './ordered-writer.ts';

/** A container's lines, untouched, each to the stream it was written to. */
export async function showLogs(host: CliHost, { batches, timestamps }: LogsOutcome): Promise<undefined> {
  const writer = orderedWriter();
  let atLineStart = true;
  for await (const batch of batches) {
    for (const { stream, time, data } of batch) {
      const sink = stream === 'stderr' ? host.stderr : host.stdout;
      if (timestamps && atLineStart) void writer.write(sink, Buffer.from(`${time} `));
      // Most of the time there is room: waiting for nothing a million times takes a second.
      const room = writer.write(sink, data);
      if (room !== undefined) await room;
      atLineStart = data[data.length - 1] === 0x0a;
    }
  }
  await writer.flush();
}
