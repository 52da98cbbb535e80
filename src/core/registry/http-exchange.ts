import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Readable } from 'node:stream';
import { GantryError } from '../../base/gantry-error.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: Uint8Array | Readable | undefined;
  readonly signal: AbortSignal;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Must be read to its end, or destroyed. */
  readonly body: IncomingMessage;
  /** Where the answer came from, after redirects. */
  readonly url: URL;
}

/** Keep-alive connections. Sends requests; follows redirects of reads without taking credentials elsewhere. */
export interface HttpExchange extends Disposable {
  send(request: HttpRequest): Promise<HttpResponse>;
}

const mostRedirects = 5;
/** Without a byte for so long a connection counts as broken. */
const idleTimeoutMs = 60_000;

export function httpExchange(): HttpExchange {
  const options = { keepAlive: true, maxSockets: 16, timeout: idleTimeoutMs };
  const agents = { http: new HttpAgent(options), https: new HttpsAgent(options) };

  const sendOnce = (input: HttpRequest): Promise<HttpResponse> =>
    new Promise((resolve, reject) => {
      const secure = input.url.protocol === 'https:';
      const { method, headers, signal } = input;
      const options = { method, headers: { 'User-Agent': 'gantry', ...headers }, signal };
      const outgoing: ClientRequest = secure
        ? httpsRequest(input.url, { ...options, agent: agents.https })
        : httpRequest(input.url, { ...options, agent: agents.http });
      outgoing.on('timeout', () =>
        outgoing.destroy(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })),
      );
      outgoing.on('error', (error) =>
        reject(signal.aborted ? cancelled(error) : connectionError(input.url, error)),
      );
      outgoing.on('response', (body) => {
        resolve({ status: body.statusCode ?? 0, headers: body.headers, body, url: input.url });
      });
      if (input.body === undefined || input.body instanceof Uint8Array) {
        outgoing.end(input.body);
      } else {
        const source = input.body;
        source.on('error', (error) => outgoing.destroy(error));
        outgoing.on('close', () => source.destroy());
        source.pipe(outgoing);
      }
    });

  return {
    send: async (input) => {
      let current = input;
      for (let hop = 0; ; hop += 1) {
        const response = await sendOnce(current);
        const location = response.headers.location;
        const redirects = [301, 302, 303, 307, 308].includes(response.status);
        if (!redirects || location === undefined || (input.method !== 'GET' && input.method !== 'HEAD'))
          return response;
        response.body.resume();
        if (hop === mostRedirects) throw tooManyRedirects(input.url);
        current = { ...current, ...redirected(current, location) };
      }
    },
    [Symbol.dispose]: () => {
      agents.http.destroy();
      agents.https.destroy();
    },
  };
}

/** Credentials stay with the origin they were for (CVE-2020-15157), and nothing falls back from TLS to plain HTTP. */
function redirected(from: HttpRequest, location: string): Pick<HttpRequest, 'url' | 'headers'> {
  let url: URL;
  try {
    url = new URL(location, from.url);
  } catch {
    throw badRedirect(from.url, location);
  }
  const downgrade = from.url.protocol === 'https:' && url.protocol !== 'https:';
  if (downgrade || !/^https?:$/.test(url.protocol)) throw badRedirect(from.url, location);
  if (url.origin === from.url.origin) return { url, headers: from.headers };
  const { Authorization: _, ...headers } = from.headers ?? {};
  return { url, headers };
}

function badRedirect(from: URL, location: string): GantryError {
  return new GantryError({
    kind: 'network',
    code: 'bad-redirect',
    message: `registry ${from.host} redirects to ${JSON.stringify(location.slice(0, 200))}, which is not followed`,
  });
}

function tooManyRedirects(from: URL): GantryError {
  return new GantryError({
    kind: 'network',
    code: 'too-many-redirects',
    message: `registry ${from.host} redirects more than ${mostRedirects} times`,
  });
}

function cancelled(cause: unknown): GantryError {
  return new GantryError({ kind: 'cancelled', code: 'cancelled', message: 'cancelled', cause });
}

function connectionError(url: URL, error: NodeJS.ErrnoException): GantryError {
  if (error instanceof GantryError) return error;
  const code = error.code ?? 'unknown';
  const words: Readonly<Record<string, readonly [reason: string, hint: string]>> = {
    ECONNREFUSED: ['connection refused', 'Is a registry running there? Check host and port of the name.'],
    ENOTFOUND: ['no such host', "Check the host in the image's name and this machine's DNS."],
    EAI_AGAIN: ['the host name cannot be looked up', 'Check the network connection and DNS of this machine.'],
    ETIMEDOUT: ['no answer in time', 'Check the network connection, and proxies or firewalls on the way.'],
    ENETUNREACH: ['network is unreachable', 'Check the network connection of this machine.'],
    EHOSTUNREACH: ['no route to host', 'Check the network connection of this machine.'],
    ECONNRESET: ['connection broken', 'Try again.'],
    EPIPE: ['connection broken', 'Try again.'],
    HPE_INVALID_CONSTANT: ['the answer is not HTTP', 'Is a registry running on that port?'],
    EPROTO: ['it does not speak TLS', 'Only loopback registries may speak plain HTTP.'],
  };
  const certificate = /CERT|SELF_SIGNED|ERR_TLS|UNABLE_TO/.test(code);
  const [reason, hint] = words[code] ?? [
    certificate ? `its certificate is not trusted (${error.message})` : error.message,
    certificate
      ? 'Add its CA to the trusted certificates of this machine (SSL_CERT_FILE, NODE_EXTRA_CA_CERTS).'
      : undefined,
  ];
  return new GantryError({
    kind: code === 'ETIMEDOUT' ? 'timeout' : 'network',
    code: certificate ? 'untrusted-certificate' : `registry-${code.toLowerCase()}`,
    message: `cannot reach registry ${url.host}: ${reason}`,
    hint,
    details: { errno: code },
    cause: error,
  });
}
