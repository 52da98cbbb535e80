import {
  type ClientRequest,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
} from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { GantryError } from '../../base/gantry-error.ts';
import { answerDeadline, noAnswer } from './answer-deadline.ts';
import { connectionError, isUnknownAuthority } from './connection-error.ts';
import { discardBody } from './discard-body.ts';
import { httpAgents, type Trust } from './http-agents.ts';
import type { FindProxy } from './proxy-rules.ts';
import { defaultSettings, type RegistrySettings } from './registry-settings.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Made anew for every try. */
  readonly body?: (() => Uint8Array | Readable) | undefined;
  readonly signal: AbortSignal;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Must be read to its end, or destroyed. */
  readonly body: IncomingMessage;
  /** Without a byte for so long it breaks off. */
  readonly timeoutMs: number;
  /** Where the answer came from, after redirects. */
  readonly url: URL;
}

/** Keep-alive connections. Sends requests; follows redirects of reads without taking credentials elsewhere. */
export interface HttpExchange extends Disposable {
  /** Rejects with the reason in words (`network`, `timeout`), or `cancelled`. */
  send(request: HttpRequest): Promise<HttpResponse>;
}

export interface ExchangeOptions {
  readonly settings?: Pick<RegistrySettings, 'insecure' | 'idleTimeoutMs'> | undefined;
  readonly certificateFolders?: readonly string[] | undefined;
  readonly findProxy?: FindProxy | undefined;
  /** What messages call the other side. Default `registry`. */
  readonly peer?: string | undefined;
}

const mostRedirects = 5;
/** All that another origin than the one we meant is told: the rest may hold secrets (CVE-2020-15157). */
const harmlessHeaders: ReadonlySet<string> = new Set(['accept', 'range']);

export function httpExchange(options: ExchangeOptions = {}): HttpExchange {
  const { settings = defaultSettings, certificateFolders = [], findProxy = () => undefined } = options;
  const { peer = 'registry' } = options;
  const agents = httpAgents(settings, certificateFolders);
  const trusts = new Map<string, Trust>();

  const sendTo = async (input: HttpRequest): Promise<HttpResponse> => {
    const { url } = input;
    const proxy = findProxy(url);
    const sendWith = (trust: Trust): Promise<HttpResponse> =>
      sendOnce(input, agents.agent(url, proxy, trust), settings.idleTimeoutMs);
    const trust = trusts.get(url.host) ?? 'quick';
    try {
      try {
        return passed(await sendWith(trust), proxy);
      } catch (error) {
        // Nothing has been sent yet: the handshake failed.
        if (trust === 'all' || !isUnknownAuthority(error)) throw error;
        const response = await sendWith('all');
        trusts.set(url.host, 'all');
        return response;
      }
    } catch (error) {
      if (input.signal.aborted) {
        throw new GantryError({ kind: 'cancelled', code: 'cancelled', message: 'cancelled', cause: error });
      }
      throw connectionError(url, proxy, error, peer);
    }
  };

  return {
    send: async (input) => {
      let current = input;
      for (let hop = 0; ; hop += 1) {
        const response = await sendTo(current);
        const location = response.headers.location;
        const redirects = [301, 302, 303, 307, 308].includes(response.status);
        if (!redirects || location === undefined || (input.method !== 'GET' && input.method !== 'HEAD'))
          return response;
        discardBody(response);
        if (hop === mostRedirects) throw tooManyRedirects(input.url, peer);
        current = { ...current, ...redirected(current, location, peer) };
      }
    },
    [Symbol.dispose]: () => agents[Symbol.dispose](),
  };
}

/** A proxy answers plain HTTP itself where it refuses; tunnels for TLS are refused before. */
function passed(response: HttpResponse, proxy: URL | undefined): HttpResponse {
  if (response.status !== 407 || proxy === undefined || response.url.protocol === 'https:') return response;
  discardBody(response);
  const error = new Error('Proxy Authentication Required');
  throw Object.assign(error, { code: 'ERR_PROXY_TUNNEL', statusCode: response.status });
}

/** One request over one connection; rejects with the system's error. */
function sendOnce(
  input: HttpRequest,
  agent: ReturnType<ReturnType<typeof httpAgents>['agent']>,
  idleTimeoutMs: number,
): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    const { method, headers, signal, url } = input;
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const options = {
      method,
      headers: { 'User-Agent': 'gantry', ...headers },
      signal,
      agent,
      timeout: idleTimeoutMs,
    };
    const outgoing: ClientRequest = send(url, options);
    outgoing.on('timeout', () => outgoing.destroy(noAnswer()));
    outgoing.on('error', reject);
    outgoing.on('socket', keepErrorsOff);
    outgoing.on('response', (body) => {
      resolve({ status: body.statusCode ?? 0, headers: body.headers, body, url, timeoutMs: idleTimeoutMs });
    });
    const body = input.body?.();
    if (body === undefined || body instanceof Uint8Array) {
      answerDeadline(outgoing, idleTimeoutMs);
      outgoing.end(body);
    } else {
      answerDeadline(outgoing, idleTimeoutMs, body);
      body.on('error', (error) => outgoing.destroy(error));
      outgoing.on('close', () => body.destroy());
      body.pipe(outgoing);
    }
  });
}

/**
 * Between the end of an answer and the return of its connection to the agent Node listens for no error of the socket:
 * whoever cancels in that tick would end the process. A request that is under way hears of errors by itself.
 */
function keepErrorsOff(socket: Socket): void {
  if (!socket.listeners('error').includes(ignore)) socket.on('error', ignore);
}

const ignore = (): void => undefined;

/** Credentials stay with the origin they were for, and nothing falls back from TLS to plain HTTP. */
function redirected(from: HttpRequest, location: string, peer: string): Pick<HttpRequest, 'url' | 'headers'> {
  const url = URL.canParse(location, from.url.href) ? new URL(location, from.url) : undefined;
  const downgrade = from.url.protocol === 'https:' && url?.protocol !== 'https:';
  if (url === undefined || downgrade || !/^https?:$/.test(url.protocol))
    throw badRedirect(from.url, location, peer);
  // A name and password in it would be shown for a login.
  url.username = '';
  url.password = '';
  if (url.origin === from.url.origin) return { url, headers: from.headers };
  const headers = Object.entries(from.headers ?? {}).filter(([name]) =>
    harmlessHeaders.has(name.toLowerCase()),
  );
  return { url, headers: Object.fromEntries(headers) };
}

function badRedirect(from: URL, location: string, peer: string): GantryError {
  return new GantryError({
    kind: 'network',
    code: 'bad-redirect',
    message: `${peer} ${from.host} redirects to ${JSON.stringify(location.slice(0, 200))}, which is not followed`,
  });
}

function tooManyRedirects(from: URL, peer: string): GantryError {
  return new GantryError({
    kind: 'network',
    code: 'too-many-redirects',
    message: `${peer} ${from.host} redirects more than ${mostRedirects} times`,
  });
}
