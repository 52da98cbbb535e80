import type { Sink } from '../sink.ts';

/** Gathers many small pieces for our streams into few writes, in the order they came. */
export interface OrderedWriter {
  /** Resolves when there is room for more: await it. Rejects once a stream cannot be written. */
  write(sink: Sink, data: Uint8Array): Promise<void> | undefined;
  /** Resolves when everything is out. */
  flush(): Promise<void>;
}

const mostBytes = 64 * 1024;

/** What is gathered goes out when the event loop is idle, or when there is enough of it. */
export function orderedWriter(): OrderedWriter {
  let sink: Sink | undefined;
  let pieces: Uint8Array[] = [];
  let sizeBytes = 0;
  let scheduled = false;
  let writing: Promise<void> = Promise.resolve();

  const send = (): Promise<void> => {
    const target = sink;
    if (target !== undefined && sizeBytes > 0) {
      const data = pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces, sizeBytes);
      writing = writing.then(() => target.bytes(data));
      // Whoever writes next is told; nobody may be waiting right now.
      writing.catch(() => undefined);
      pieces = [];
      sizeBytes = 0;
    }
    return writing;
  };

  return {
    write(next, data) {
      if (next !== sink) void send();
      sink = next;
      pieces.push(data);
      sizeBytes += data.byteLength;
      if (sizeBytes >= mostBytes) return send();
      if (!scheduled) {
        scheduled = true;
        setImmediate(() => {
          scheduled = false;
          void send();
        });
      }
      return undefined;
    },
    flush: send,
  };
}
