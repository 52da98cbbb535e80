import { Socket } from 'node:net';
import type { OutputChunk } from '../../engine/session.ts';
import { isErrno } from '../host/system-error.ts';

/** Reads a pipe's end without a thread of the pool. It owns the descriptor. */
export function pipeReader(fd: number): Socket {
  return new Socket({ fd, readable: true, writable: false });
}

/** Writes to a pipe's end. It owns the descriptor; `end()` closes it. */
export function pipeWriter(fd: number): Socket {
  return new Socket({ fd, readable: false, writable: true });
}

/** Output of several streams as it comes. A process that is killed may reset its pipes: that is their end, no error. */
export async function* mergedOutput(
  streams: readonly { readonly stream: OutputChunk['stream']; readonly socket: Socket }[],
): AsyncGenerator<OutputChunk, void, undefined> {
  const waiting: OutputChunk[] = [];
  let open = streams.length;
  let failure: unknown;
  let wake = Promise.withResolvers<void>();
  const notify = (): void => {
    wake.resolve();
    wake = Promise.withResolvers<void>();
  };
  for (const { stream, socket } of streams) {
    socket.on('data', (data: Buffer) => {
      waiting.push({ stream, data });
      // Held back until the reader has taken what is here.
      if (waiting.length >= highWater) socket.pause();
      notify();
    });
    socket.on('error', (error) => {
      if (!isErrno(error, 'ECONNRESET')) failure = error;
    });
    socket.once('close', () => {
      open -= 1;
      notify();
    });
  }
  for (;;) {
    const chunk = waiting.shift();
    if (chunk !== undefined) {
      yield chunk;
      if (waiting.length === 0) for (const { socket } of streams) socket.resume();
    } else if (failure !== undefined) throw failure;
    else if (open === 0) return;
    else await wake.promise;
  }
}

const highWater = 64;
