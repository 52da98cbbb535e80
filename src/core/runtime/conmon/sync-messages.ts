/** One message of conmon over its sync pipe: a number and, when that is negative, what went wrong. */
export interface SyncMessage {
  readonly data: number;
  readonly message: string | undefined;
}

const limitBytes = 256 * 1024;

/**
 * Reads conmon's sync pipe, one JSON object a line. What is not one is passed over. A stream that ends without a
 * (further) message simply ends.
 */
export async function* syncMessages(stream: AsyncIterable<Uint8Array>): AsyncGenerator<SyncMessage, void> {
  let rest = '';
  for await (const chunk of stream) {
    rest += Buffer.from(chunk).toString('utf8');
    const lines = rest.split('\n');
    rest = (lines.pop() ?? '').slice(-limitBytes);
    for (const line of lines) {
      const message = parseSyncMessage(line);
      if (message !== undefined) yield message;
    }
  }
  const last = parseSyncMessage(rest);
  if (last !== undefined) yield last;
}

/** Undefined when the line is no message. */
export function parseSyncMessage(line: string): SyncMessage | undefined {
  if (line.trim() === '') return undefined;
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null) return undefined;
    const { data, message } = value as { data?: unknown; message?: unknown };
    if (typeof data !== 'number') return undefined;
    return { data, message: typeof message === 'string' ? message : undefined };
  } catch {
    return undefined;
  }
}
