import type { Readable } from 'node:stream';
import { GantryError } from '../../base/gantry-error.ts';
import type { Authorizer, Scope } from './authorizer.ts';
import type { HttpExchange, HttpRequest, HttpResponse } from './http-exchange.ts';
import { readBody } from './read-body.ts';
import { challengesOf } from './registry-connection.ts';
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

/** One registry as one repository's client sees it: it knows the address and shows what is wanted. */
export interface RegistrySession {
  send(request: SessionRequest): Promise<HttpResponse>;
  /** Where mirrors are asked too: leaves them from now on. Result: whether any was still asked. */
  leaveMirrors?(): boolean;
}

export interface SessionOptions {
  readonly exchange: HttpExchange;
  /** Found by the first request; asked again after a failure. */
  readonly connect: (signal: AbortSignal) => Promise<{ readonly base: URL; readonly authorizer: Authorizer }>;
  /** Sent to the registry itself, and to nobody else. */
  readonly ownHeaders: () => Promise<Readonly<Record<string, string>>>;
  /** Told every answer of the registry itself. */
  readonly onAnswer?: ((response: HttpResponse) => void) | undefined;
}

export function registrySession(options: SessionOptions): RegistrySession {
  const { exchange, connect, ownHeaders, onAnswer } = options;
  return {
    send: async (request) => {
      const { base, authorizer } = await connect(request.signal);
      const url = requestUrl(request.path, base);
      const ours = url.origin === base.origin;
      const own = ours ? await ownHeaders() : {};
      const sendOnce = async (shown: string | undefined): Promise<HttpResponse> => {
        const response = await exchange.send({
          method: request.method,
          url,
          headers: { ...own, ...request.headers, ...(shown === undefined ? {} : { Authorization: shown }) },
          body: request.body,
          signal: request.signal,
        });
        if (response.url.origin === base.origin) onAnswer?.(response);
        return response;
      };
      const sendAuthorized = async (): Promise<HttpResponse> => {
        const shown = ours ? await authorizer.header(request.scopes, request.signal) : undefined;
        const response = await sendOnce(shown);
        const challenges = challengesOf(response, base);
        if (challenges.length === 0) return response;
        const refusal = await settled(response);
        const better = await authorizer.answer(challenges, shown, request.scopes, request.signal);
        return better === undefined ? refusal : sendOnce(better);
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
  // A name and password in it would be shown for a login.
  url.username = '';
  url.password = '';
  return url;
}

function badLocation(base: URL, path: string): GantryError {
  return new GantryError({
    kind: 'network',
    code: 'bad-location',
    message: `registry ${base.host} sends us to ${JSON.stringify(path.slice(0, 200))}, which is not followed`,
  });
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
