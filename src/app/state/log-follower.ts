import type { LogEntry } from '../../engine/containers.ts';
import type { Engine } from '../../engine/engine.ts';
import type { LogRing } from './log-ring.ts';
import { sanitiseLine } from './sanitise-line.ts';

/** Pieces of one line are joined up to this; the rest of it is left out. */
const joinLimitBytes = 64 << 10;
/** Entries taken before the event loop gets its turn. */
const burst = 500;

export interface FollowOptions {
  readonly signal: AbortSignal;
  /** Newest lines to begin with. */
  readonly tail: number;
  /** RFC 3339: only what came after it. */
  readonly since?: string | undefined;
  /** Called after lines were added, not once a line. */
  changed(): void;
}

/**
 * Reads a container's log into a ring until it ends or the signal fires. A container that is not running gives what
 * it has and ends. Rejects when the engine does.
 */
export async function followLogs(
  engine: Engine,
  container: string,
  ring: LogRing,
  { signal, tail, since, changed }: FollowOptions,
): Promise<void> {
  const lines = { stdout: assembler('stdout', ring), stderr: assembler('stderr', ring) };
  let taken = 0;
  const batches = engine.containers.logs(container, {
    signal,
    follow: true,
    tail,
    ...(since !== undefined && { since }),
  });
  for await (const batch of batches) {
    for (const entry of batch) {
      lines[entry.stream](entry);
      taken += 1;
      if (taken % burst !== 0) continue;
      changed();
      await new Promise<void>((resolve) => setImmediate(resolve));
      if (signal.aborted) return;
    }
    changed();
  }
}

/** Joins the pieces of long lines of one stream. */
function assembler(stream: LogEntry['stream'], ring: LogRing): (entry: LogEntry) => void {
  const decoder = new TextDecoder();
  let open: { time: string; text: string } | undefined;
  return ({ time, data }) => {
    const ended = data.at(-1) === 0x0a;
    const text = decoder.decode(data, { stream: !ended });
    if (open === undefined && ended) {
      ring.push({ stream, time, text: sanitiseLine(text) });
      return;
    }
    open ??= { time, text: '' };
    if (open.text.length < joinLimitBytes) open.text += text;
    if (!ended) return;
    ring.push({ stream, time: open.time, text: sanitiseLine(open.text) });
    open = undefined;
  };
}
