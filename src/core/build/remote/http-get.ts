import type { IncomingMessage } from 'node:http';
import { GantryError } from '../../../base/gantry-error.ts';
import { type HttpExchange, type HttpResponse, httpExchange } from '../../registry/http-exchange.ts';
import { certificateFolders, loadRegistrySettings } from '../../registry/load-registry-settings.ts';
import { proxyRules } from '../../registry/proxy-rules.ts';
import { withoutLogin } from '../context/url-login.ts';

/** Connections to whatever servers a build downloads from, by the proxies and certificates of this machine. */
export function openDownloads(env: Readonly<Record<string, string | undefined>>): HttpExchange {
  return httpExchange({
    settings: { insecure: [], idleTimeoutMs: loadRegistrySettings(env).idleTimeoutMs },
    certificateFolders: certificateFolders(env),
    findProxy: proxyRules(env),
    peer: 'server',
  });
}

/**
 * Asks for a URL. 304 is an answer, the other statuses below 200 and from 300 are errors, in BuildKit's words. Rejects
 * `invalid` / `bad-url`, `not-found` or `unavailable` / `download-failed`.
 */
export async function httpGet(
  exchange: HttpExchange,
  source: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<HttpResponse> {
  const url = URL.parse(source);
  if (url === null) {
    throw new GantryError({
      kind: 'invalid',
      code: 'bad-url',
      message: `not a URL: ${withoutLogin(source)}`,
    });
  }
  // Node would decode them, and fail where they are no encoding; who logs in does so by a header.
  url.username = '';
  url.password = '';
  const response = await exchange.send({ method: 'GET', url, headers, signal }).catch((error: unknown) => {
    const failure = GantryError.from(error);
    if (failure.kind === 'cancelled') throw error;
    throw downloadFailed(source, failure.message, 'unavailable');
  });
  const { status, body } = response;
  if ((status >= 200 && status < 300) || status === 304) return response;
  body.destroy();
  throw downloadFailed(
    source,
    `invalid response status ${status}`,
    status === 404 || status === 410 ? 'not-found' : 'unavailable',
  );
}

/** The headers that log in at a URL: those of the URL itself, as a browser would send them. */
export function loginOf(source: string): Readonly<Record<string, string>> {
  const url = URL.parse(source);
  if (url === null || (url.username === '' && url.password === '')) return {};
  const login = `${decoded(url.username)}:${decoded(url.password)}`;
  return { authorization: `Basic ${Buffer.from(login).toString('base64')}` };
}

/** As it is written where it is no encoding, as browsers and curl take it. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** A header that is there once. */
export function headerOf({ headers }: Pick<IncomingMessage, 'headers'>, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function downloadFailed(source: string, why: string, kind: 'not-found' | 'unavailable'): GantryError {
  const url = withoutLogin(source);
  return new GantryError({
    kind,
    code: 'download-failed',
    message: `failed to load cache key: ${why}: GET ${url}`,
    details: { url },
  });
}
