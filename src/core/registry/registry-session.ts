import type { Readable } from 'node:stream';
import { GantryError } from '../../base/gantry-error.ts';
import { type Authorizer, createAuthorizer, type Scope } from './authorizer.ts';
import type { FindCredentials } from './credentials.ts';
import type { HttpExchange, HttpRequest, HttpResponse } from './http-exchange.ts';
import { readBody } from './read-body.ts';
import { registryEndpoint } from './registry-endpoint.ts';
import { withRetry } from './retry.ts';

export interface SessionRequest {
  readonly method: HttpRequest['method'];
  /** Below `/v2/`, or absolute as the registry gave it (`Location`). */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Made anew for every try. */
  readonly body?: (() => Uint8Array | Readable) | undefined;
  readonly scopes: readonly Scope[];
  readonly signal: AbortSignal;
  /** Uploads that the registry counts as begun are not simply sent again. Default: retried. */
  readonly once?: boolean | undefined;
}

/** One registry: its address, found by the first request, and what it wants to be shown. */
export interface RegistrySession {
  send(request: SessionRequest): Promise<HttpResponse>;
}

interface Connection {
  readonly base: URL;
  readonly authorizer: Authorizer;
}

export function registrySession(
  domain: string,
  exchange: HttpExchange,
  find: FindCredentials,
): RegistrySession {
  const endpoint = registryEndpoint(domain);
  let connection: Promise<Connection> | undefined;

  const connect = async (signal: AbortSignal): Promise<Connection> => {
    const base = await firstThatAnswers(endpoint.baseUrls, exchange, signal);
    return { base, authorizer: createAuthorizer(exchange, endpoint.credentialKeys, find) };
  };
  const connected = (signal: AbortSignal): Promise<Connection> => {
    connection ??= connect(signal).catch((error: unknown) => {
      connection = undefined;
      throw error;
    });
    return connection;
  };

  return {
    send: async (request) => {
      const { base, authorizer } = await connected(request.signal);
      const url = requestUrl(request.path, base);
      const ours = url.origin === base.origin;
      const sendOnce = (shown: string | undefined): Promise<HttpResponse> =>
        exchange.send({
          method: request.method,
          url,
          headers: { ...request.headers, ...(shown === undefined ? {} : { Authorization: shown }) },
          body: request.body?.(),
          signal: request.signal,
        });
      const sendAuthorized = async (): Promise<HttpResponse> => {
        const shown = ours ? authorizer.header(request.scopes) : undefined;
        const response = await sendOnce(shown);
        // Whom a read was redirected to may not ask for credentials: its challenge names a token server of its own.
        if (response.status !== 401 || response.url.origin !== base.origin) return response;
        const refusal = await settled(response);
        const better = await authorizer.answer(refusal, shown, request.scopes, request.signal);
        return better ? sendOnce(authorizer.header(request.scopes)) : refusal;
      };
      return request.once === true ? sendAuthorized() : withRetry(sendAuthorized, request.signal);
    },
  };
}

/** An upload's address may lie on another host (object storage), but must not fall back to plain HTTP. */
function requestUrl(path: string, base: URL): URL {
  if (!URL.canParse(path, `${base.origin}/v2/`)) throw badLocation(base, path);
  const url = new URL(path, `${base.origin}/v2/`);
  // Registries behind a proxy that ends TLS name themselves by http in Location.
  if (base.protocol === 'https:' && url.protocol === 'http:' && url.host === base.host)
    url.protocol = 'https:';
  if (url.protocol !== base.protocol && url.protocol !== 'https:') throw badLocation(base, path);
  return url;
}

function badLocation(base: URL, path: string): GantryError {
  return new GantryError({
    kind: 'network',
    code: 'bad-location',
    message: `registry ${base.host} sends us to ${JSON.stringify(path.slice(0, 200))}, which is not followed`,
  });
}

async function firstThatAnswers(
  baseUrls: readonly string[],
  exchange: HttpExchange,
  signal: AbortSignal,
): Promise<URL> {
  let first: unknown;
  for (const text of baseUrls) {
    const base = new URL(text);
    try {
      const response = await withRetry(
        () => exchange.send({ method: 'GET', url: new URL('/v2/', base), signal }),
        signal,
      );
      response.body.resume();
      // What Go's servers say to plain HTTP on a TLS port.
      if (response.status === 400 && base.protocol === 'http:' && baseUrls.length > 1) continue;
      return base;
    } catch (error) {
      first ??= error;
      const refused = error instanceof GantryError && error.details['errno'] === 'ECONNREFUSED';
      if (refused || signal.aborted) throw error;
    }
  }
  throw (
    first ??
    new GantryError({
      kind: 'network',
      code: 'no-registry',
      message: `no registry answers at ${baseUrls[0]}`,
    })
  );
}

const refusalLimitBytes = 64 * 1024;

/** The body of a refusal read, so that it can be told even after the connection went on to other things. */
async function settled(response: HttpResponse): Promise<HttpResponse> {
  const bytes = await readBody(response, refusalLimitBytes).catch(() => Buffer.alloc(0));
  const body = Object.assign(response.body, { [Symbol.asyncIterator]: () => once(bytes) });
  return { ...response, body };
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer, undefined> {
  yield bytes;
  return undefined;
}
