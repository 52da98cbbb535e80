import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What to do with one answer on its way from the registry. */
export interface Fault {
  /** The connection breaks after so many bytes of the body. */
  readonly cutAfterBytes?: number;
  /** As a registry that knows no ranges. */
  readonly ignoreRange?: boolean;
  /** One bit of the body is turned. */
  readonly tamper?: boolean;
  readonly status?: number;
  /** Answers never end. */
  readonly stall?: boolean;
}

/** A proxy before a real registry that misbehaves as it is told, for each request by its path and count. */
export interface FaultyRegistry extends AsyncDisposable {
  readonly host: string;
  /** `METHOD path range`, in order. */
  readonly seen: readonly string[];
  fault: (method: string, path: string, count: number) => Fault | undefined;
}

export async function faultyRegistry(target: string): Promise<FaultyRegistry> {
  const seen: string[] = [];
  const counts = new Map<string, number>();
  const server = createServer((incoming, answer) => {
    const { method = 'GET', url = '/' } = incoming;
    const count = (counts.get(`${method} ${url}`) ?? 0) + 1;
    counts.set(`${method} ${url}`, count);
    seen.push([method, url, incoming.headers.range ?? ''].join(' ').trim());
    const fault = proxy.fault(method, url, count) ?? {};
    if (fault.status !== undefined) answer.writeHead(fault.status).end();
    else forward(target, incoming, answer, fault);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy: FaultyRegistry = {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    fault: () => undefined,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;
}

function forward(target: string, incoming: IncomingMessage, answer: ServerResponse, fault: Fault): void {
  const [hostname, port] = target.split(':');
  const headers = { ...incoming.headers, host: target };
  if (fault.ignoreRange === true) delete headers.range;
  const outgoing = request(
    { hostname, port, method: incoming.method, path: incoming.url, headers },
    (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      if (fault.stall === true) {
        answer.flushHeaders();
        response.resume();
        return;
      }
      let sent = 0;
      response.on('data', (chunk: Buffer) => {
        const piece = Buffer.from(chunk);
        if (fault.tamper === true && sent === 0)
          piece[piece.length >> 1] = (piece[piece.length >> 1] as number) ^ 1;
        const left = (fault.cutAfterBytes ?? Number.POSITIVE_INFINITY) - sent;
        sent += piece.length;
        if (left > piece.length) answer.write(piece);
        else answer.write(piece.subarray(0, left), () => answer.destroy());
      });
      response.on('end', () => answer.end());
    },
  );
  outgoing.on('error', () => answer.destroy());
  incoming.pipe(outgoing);
}
