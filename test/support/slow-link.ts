import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

export interface LinkOptions {
  /** There and back. */
  readonly delayMs: number;
  /** Chance of a packet to get lost, from 0 to 1. */
  readonly loss: number;
  /** Of the whole link, all connections together. */
  readonly bytesPerSecond?: number;
}

/** A server seen over a link with delay and loss, on a loopback port of its own. */
export interface SlowLink extends AsyncDisposable {
  readonly host: string;
  /** Most connections at once. */
  readonly mostAtOnce: number;
}

const packetBytes = 1460;
/** RFC 6928: packets a connection may send before the first answer. */
const firstWindow = 10;

/**
 * Stands in for netem where the kernel has none. What comes from the server is given to each connection as TCP Reno
 * would: a window of packets a round trip, doubled until the first loss, halved at each (RFC 5681), one more otherwise.
 * So a connection gets about 1.2 packets / (delay × √loss) (Mathis et al.), however fast the link is.
 */
export async function slowLink(target: string, options: LinkOptions): Promise<SlowLink> {
  const [hostname, port] = target.split(':');
  const sockets = new Set<Socket>();
  let atOnce = 0;
  let mostAtOnce = 0;
  const server = createServer({ pauseOnConnect: true }, (near) => {
    atOnce += 1;
    mostAtOnce = Math.max(mostAtOnce, atOnce);
    const far = dial({ host: hostname ?? '', port: Number(port) });
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.once('close', () => {
      atOnce -= 1;
    });
    void delayed(near, far, options.delayMs).catch(() => near.destroy());
    void windowed(far, near, options, () => atOnce).catch(() => near.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    get mostAtOnce() {
      return mostAtOnce;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Requests: small, so only late; the first one by the handshake as well. */
async function delayed(from: Socket, to: Socket, delayMs: number): Promise<void> {
  await pause(delayMs);
  for await (const chunk of from as AsyncIterable<Buffer>) {
    await pause(delayMs);
    to.write(chunk);
  }
  to.end();
}

async function windowed(
  from: Socket,
  to: Socket,
  { delayMs, loss, bytesPerSecond = Number.POSITIVE_INFINITY }: LinkOptions,
  connections: () => number,
): Promise<void> {
  let window = firstWindow;
  let isStarting = true;
  for (;;) {
    const share = ((bytesPerSecond / connections()) * delayMs) / 1000;
    const chunk = await readUpTo(from, Math.max(1, Math.min(window * packetBytes, share)) | 0);
    if (chunk === undefined) break;
    const packets = Math.ceil(chunk.length / packetBytes);
    to.write(chunk);
    await pause(delayMs);
    if (Math.random() < 1 - (1 - loss) ** packets) {
      isStarting = false;
      window = Math.max(2, Math.floor(window / 2));
    } else window = isStarting ? window * 2 : window + 1;
  }
  to.end();
}

/** What is there now, or the first that comes; undefined at the end. */
async function readUpTo(from: Socket, bytes: number): Promise<Buffer | undefined> {
  for (;;) {
    const chunk =
      (from.read(Math.min(bytes, Math.max(1, from.readableLength))) as Buffer | null) ?? undefined;
    if (chunk !== undefined || from.readableEnded || from.destroyed) return chunk;
    await new Promise<void>((resolve) => {
      for (const event of ['readable', 'end', 'close'] as const) from.once(event, () => resolve());
    });
  }
}
