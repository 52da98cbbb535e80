import { close, constants, open } from 'node:fs';

/**
 * Bytes of a named pipe. A thread that waits in it would keep the process from ending: reading does not wait in one, and
 * opening, which waits for a writer, is let go by one of ours when the signal fires.
 */
export async function* pipeInput(path: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const opening = openPath(path, constants.O_RDONLY);
  const letGo = (): void => {
    openPath(path, constants.O_WRONLY | constants.O_NONBLOCK).then(
      (fd) => close(fd),
      () => undefined,
    );
  };
  signal.addEventListener('abort', letGo, { once: true });
  const fd = await opening.finally(() => signal.removeEventListener('abort', letGo));
  const { Socket } = await import('node:net');
  const socket = new Socket({ fd, readable: true, writable: false });
  try {
    signal.throwIfAborted();
    for await (const chunk of socket) yield chunk as Uint8Array;
  } finally {
    socket.destroy();
  }
}

/** A bare descriptor: the socket closes it. */
function openPath(path: string, flags: number): Promise<number> {
  return new Promise((resolve, reject) => {
    open(path, flags, (error, fd) => (error === null ? resolve(fd) : reject(error)));
  });
}
