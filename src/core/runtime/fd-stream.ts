import { Socket } from 'node:net';

/** Reads a pipe's end without a thread of the pool. It owns the descriptor. */
export function pipeReader(fd: number): Socket {
  return new Socket({ fd, readable: true, writable: false });
}

/** Writes to a pipe's end. It owns the descriptor; `end()` closes it. */
export function pipeWriter(fd: number): Socket {
  return new Socket({ fd, readable: false, writable: true });
}
