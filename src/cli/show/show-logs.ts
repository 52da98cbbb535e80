import type { LogsOutcome } from '../../app/commands/outcome.ts';
import type { CliHost } from '../cli-host.ts';

/** A container's lines, untouched, each to the stream it was written to. */
export async function showLogs(host: CliHost, { entries, timestamps }: LogsOutcome): Promise<undefined> {
  let atLineStart = true;
  for await (const { stream, time, data } of entries) {
    const sink = stream === 'stderr' ? host.stderr : host.stdout;
    await sink.bytes(timestamps && atLineStart ? Buffer.concat([Buffer.from(`${time} `), data]) : data);
    atLineStart = data.at(-1) === 0x0a;
  }
}
