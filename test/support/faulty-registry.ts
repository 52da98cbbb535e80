import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';

/** What to do with one request, or with one answer on its way from the registry. */
export interface Fault {
  /** Nothing is passed on; this is the answer. */
  readonly status?: number;
  /** Replace those of the registry, or of `status`; undefined takes one away. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /** Answered so, whatever the registry would say. `loop`: to itself. */
  readonly redirect?: string;
  /** The connection breaks after so many bytes of the request's body; the registry sees the same. */
  readonly cutRequestAfterBytes?: number;
  /** The connection breaks after so many bytes of the answer's body. */
  readonly cutAfterBytes?: number;
  /** The answer ends well, but after so many bytes. */
  readonly truncateAfterBytes?: number;
  /** The answer goes on without end after its last byte. */
  readonly extend?: boolean;
  /** Nothing comes any more after so many bytes of the answer's body. */
  readonly stallAfterBytes?: number;
  /** From so many bytes of the answer's body on a byte comes now and then: never silent, never done. */
  readonly dripAfterBytes?: number;
  /** As a registry that knows no ranges. */
  readonly ignoreRange?: boolean;
  /** One bit of the byte in the middle of the first piece is turned. */
  readonly tamper?: boolean;
  /** Before the answer. */
  readonly delayMs?: number;
  /** Of this answer alone, as a server that gives each connection so much. */
  readonly bytesPerSecond?: number;
}

/** A proxy before a real registry that misbehaves as it is told, for each request by its path and count. */
export interface FaultyRegistry extends AsyncDisposable {
  readonly host: string;
  /** `METHOD path range`, in order. */
  readonly seen: readonly string[];
  /** Most answers that were on their way at once. */
  readonly mostAtOnce: number;
  /** Credentials that came with a request, in order. */
  readonly credentials: readonly (string | undefined)[];
  fault: (method: string, path: string, count: number, request: IncomingMessage) => Fault | undefined;
}

export async function faultyRegistry(target: string): Promise<FaultyRegistry> {
  const seen: string[] = [];
  const credentials: (string | undefined)[] = [];
  const counts = new Map<string, number>();
  let atOnce = 0;
  let mostAtOnce = 0;
  const server = createServer((incoming, answer) => {
    const { method = 'GET', url = '/' } = incoming;
    const count = (counts.get(`${method} ${url}`) ?? 0) + 1;
    counts.set(`${method} ${url}`, count);
    seen.push([method, url, incoming.headers.range ?? ''].join(' ').trim());
    credentials.push(incoming.headers.authorization);
    atOnce += 1;
    mostAtOnce = Math.max(mostAtOnce, atOnce);
    answer.once('close', () => {
      atOnce -= 1;
    });
    const fault = proxy.fault(method, url, count, incoming) ?? {};
    void misbehave(target, incoming, answer, fault).catch(() => answer.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy: FaultyRegistry = {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    credentials,
    get mostAtOnce() {
      return mostAtOnce;
    },
    fault: () => undefined,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;
}

/** Breaks connections at random: each answer with a body by the chance `loss`, somewhere in its first `span` bytes. */
export function atRandom(loss: number, span: number, seed = 1): FaultyRegistry['fault'] {
  let state = seed;
  const random = (): number => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
  return () => (random() < loss ? { cutAfterBytes: Math.floor(random() * span) } : undefined);
}

async function misbehave(
  target: string,
  incoming: IncomingMessage,
  answer: ServerResponse,
  fault: Fault,
): Promise<void> {
  if (fault.delayMs !== undefined) await pause(fault.delayMs);
  if (fault.redirect !== undefined) {
    incoming.resume();
    const location = fault.redirect === 'loop' ? incoming.url : fault.redirect;
    answer.writeHead(307, { Location: location }).end();
  } else if (fault.status !== undefined) {
    incoming.resume();
    answer.writeHead(fault.status, given(fault.headers)).end();
  } else {
    await forward(target, incoming, answer, fault);
  }
}

async function forward(
  target: string,
  incoming: IncomingMessage,
  answer: ServerResponse,
  fault: Fault,
): Promise<void> {
  const [hostname, port] = target.split(':');
  // With our name as its own, the registry sends uploads through us too.
  const headers = { ...incoming.headers };
  if (fault.ignoreRange === true) delete headers.range;
  const outgoing = request({ hostname, port, method: incoming.method, path: incoming.url, headers });
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.once('response', resolve).once('error', reject);
  });
  answered.catch(() => undefined);
  let received = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    const room = (fault.cutRequestAfterBytes ?? Number.POSITIVE_INFINITY) - received;
    received += chunk.length;
    await new Promise((resolve) => outgoing.write(chunk.subarray(0, Math.max(0, room)), resolve));
    if (chunk.length >= room) {
      outgoing.destroy();
      throw new Error('cut');
    }
  }
  outgoing.end();
  const response = await answered;
  const told: OutgoingHttpHeaders = { ...response.headers, ...fault.headers };
  // Without a length the end of a chunked body is all that tells where it ends.
  if (fault.truncateAfterBytes !== undefined || fault.extend === true) delete told['content-length'];
  answer.writeHead(response.statusCode ?? 502, given(told));
  answer.flushHeaders();
  let sent = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    const piece = Buffer.from(chunk);
    if (fault.tamper === true && sent === 0)
      piece[piece.length >> 1] = (piece[piece.length >> 1] as number) ^ 1;
    const limit =
      fault.cutAfterBytes ?? fault.truncateAfterBytes ?? fault.stallAfterBytes ?? fault.dripAfterBytes;
    const room = (limit ?? Number.POSITIVE_INFINITY) - sent;
    sent += piece.length;
    if (fault.bytesPerSecond !== undefined) await pause((piece.length / fault.bytesPerSecond) * 1000);
    await write(answer, piece.subarray(0, Math.max(0, room)));
    if (piece.length < room) continue;
    if (fault.dripAfterBytes !== undefined) await drip(answer, piece.subarray(Math.max(0, room)));
    response.destroy();
    if (fault.cutAfterBytes !== undefined) answer.destroy();
    if (fault.truncateAfterBytes !== undefined) answer.end();
    return;
  }
  if (fault.extend === true) Readable.from(zeros()).pipe(answer);
  else answer.end();
}

async function drip(answer: ServerResponse, bytes: Buffer): Promise<void> {
  for (const byte of bytes) {
    await pause(20);
    await write(answer, Buffer.of(byte));
  }
}

async function* zeros(): AsyncGenerator<Buffer> {
  for (;;) yield Buffer.alloc(65_536);
}

async function write(answer: ServerResponse, piece: Buffer): Promise<void> {
  if (answer.destroyed) throw new Error('the other side is gone');
  if (piece.length === 0) return;
  await new Promise<void>((resolve, reject) => {
    answer.write(piece, (error) => (error ? reject(error) : resolve()));
  });
}

function given(headers: OutgoingHttpHeaders = {}): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined));
}
