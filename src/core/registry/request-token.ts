import { GantryError } from '../../base/gantry-error.ts';
import { stripControl } from '../../base/strip-control.ts';
import type { AuthChallenge } from './auth-challenge.ts';
import type { Credentials } from './credentials.ts';
import { discardBody } from './discard-body.ts';
import type { HttpExchange, HttpResponse } from './http-exchange.ts';
import { readBody } from './read-body.ts';
import { isLoopback } from './registry-endpoint.ts';
import { retryAfterMs, withRetry } from './retry.ts';

/** What a token server gave for a challenge. */
export interface Token {
  readonly value: string;
  /** Milliseconds since the epoch; early enough that a request sent before it is answered in time. */
  readonly expiresAt: number;
  /** Kept by a login instead of the password. */
  readonly refreshToken: string | undefined;
}

export interface TokenRequest {
  readonly exchange: HttpExchange;
  readonly challenge: AuthChallenge;
  /** Of the registry that challenged us. */
  readonly registry: URL;
  readonly scopes: readonly string[];
  /** Undefined: as anybody. */
  readonly credentials: Credentials | undefined;
  /** Asks for a refresh token too (a login). */
  readonly offline?: boolean | undefined;
  readonly signal: AbortSignal;
}

const tokenLimitBytes = 1024 * 1024;
const clientId = 'gantry';
/** What a token is good for where the server does not say, and at least (distribution token specification). */
const leastLifetimeSeconds = 60;

/**
 * Fetches a token from the realm a registry names. Passwords go by GET, as Docker sends them, and by OAuth2 POST to
 * servers that know nothing else; refresh tokens by POST, and by GET to servers without it. Rejects `denied` /
 * `token-refused`, with the server's status in the details.
 */
export async function requestToken(request: TokenRequest): Promise<Token> {
  const realm = realmUrl(request.challenge.parameters['realm'] ?? '', request.registry);
  const { credentials } = request;
  const [first, second] = credentials?.kind === 'identity-token' ? [post, get] : [get, post];
  // Broken connections are tried again together with the request that wanted the token.
  const send = (ask: typeof get) => withRetry(() => ask(request, realm), request.signal, { thrown: false });
  const response = await send(first);
  if (credentials === undefined || (response.status !== 404 && response.status !== 405))
    return readToken(response, credentials);
  discardBody(response);
  return readToken(await send(second), credentials);
}

/** The header that shows a name and password. */
export function basicHeader(found: { readonly username: string; readonly password: string }): string {
  return `Basic ${Buffer.from(`${found.username}:${found.password}`).toString('base64')}`;
}

function get({ exchange, challenge, scopes, credentials, offline, signal }: TokenRequest, realm: URL) {
  const url = new URL(realm);
  const service = challenge.parameters['service'] ?? '';
  if (service !== '') url.searchParams.set('service', service);
  for (const scope of scopes) url.searchParams.append('scope', scope);
  if (offline === true) {
    url.searchParams.set('offline_token', 'true');
    url.searchParams.set('client_id', clientId);
  }
  if (credentials === undefined) return exchange.send({ method: 'GET', url, signal });
  const shown =
    credentials.kind === 'password' ? credentials : { username: '<token>', password: credentials.token };
  if (credentials.kind === 'password') url.searchParams.set('account', credentials.username);
  return exchange.send({ method: 'GET', url, headers: { Authorization: basicHeader(shown) }, signal });
}

/** OAuth2 (distribution specification "Docker Registry v2 authentication via OAuth2"). */
function post({ exchange, challenge, scopes, credentials, offline, signal }: TokenRequest, realm: URL) {
  const grant =
    credentials?.kind === 'identity-token'
      ? { grant_type: 'refresh_token', refresh_token: credentials.token }
      : {
          grant_type: 'password',
          username: credentials?.username ?? '',
          password: credentials?.password ?? '',
        };
  const form = new URLSearchParams({
    ...grant,
    client_id: clientId,
    service: challenge.parameters['service'] ?? '',
    ...(scopes.length > 0 && { scope: scopes.join(' ') }),
    ...(offline === true && { access_type: 'offline' }),
  });
  const body = Buffer.from(form.toString());
  const headers = {
    'Content-Type': 'application/x-www-form-urlencoded',
    'Content-Length': String(body.length),
  };
  return exchange.send({ method: 'POST', url: realm, headers, body: () => body, signal });
}

/**
 * Credentials go to the realm, so it must be as safe as the registry that named it: TLS, or plain HTTP on the very
 * host that speaks plain HTTP already, or on loopback.
 */
function realmUrl(text: string, registry: URL): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const plain =
    url?.protocol === 'http:' &&
    registry.protocol === 'http:' &&
    (url.hostname === registry.hostname || isLoopback(url.host));
  if (url !== undefined && (url.protocol === 'https:' || plain) && url.username === '') return url;
  throw new GantryError({
    kind: 'denied',
    code: 'bad-auth-realm',
    message: `registry ${registry.host} names ${JSON.stringify(text.slice(0, 200))} as its token server, which is not safe to log in to`,
  });
}

async function readToken(response: HttpResponse, credentials: Credentials | undefined): Promise<Token> {
  const { host } = response.url;
  const answer = await readAnswer(response);
  if (response.status !== 200) throw refused(response, answer, credentials);
  const value = [answer['token'], answer['access_token']].find(isHeaderText);
  if (value === undefined) {
    throw new GantryError({
      kind: 'denied',
      code: 'bad-token',
      message: `token server ${host} gave no usable token`,
    });
  }
  const told = answer['expires_in'];
  const seconds = Math.max(typeof told === 'number' ? told : 0, leastLifetimeSeconds);
  const refreshToken = answer['refresh_token'];
  return {
    value,
    expiresAt: Date.now() + Math.min(seconds, 86_400) * 900,
    refreshToken: isHeaderText(refreshToken) ? refreshToken : undefined,
  };
}

async function readAnswer(response: HttpResponse): Promise<Readonly<Record<string, unknown>>> {
  const body = await readBody(response, tokenLimitBytes);
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    if (typeof value === 'object' && value !== null) return value as Readonly<Record<string, unknown>>;
  } catch {
    // Not JSON: there is no token in it.
  }
  return {};
}

/** A token becomes a header: control codes in it would end the line. */
function isHeaderText(value: unknown): value is string {
  return typeof value === 'string' && /^[\x21-\x7e]+$/.test(value);
}

function refused(
  { status, url, headers }: HttpResponse,
  answer: Readonly<Record<string, unknown>>,
  credentials: Credentials | undefined,
): GantryError {
  const said = serverWords(answer);
  const details = { status };
  const afterMs = retryAfterMs(headers['retry-after']);
  if (status === 429) {
    return new GantryError({
      kind: 'network',
      code: 'registry-rate-limit',
      message: `toomanyrequests: ${said ?? `token server ${url.host} refuses more requests`}`,
      hint: afterMs === undefined ? 'Try again later.' : `Try again in ${Math.ceil(afterMs / 1000)} seconds.`,
      details,
    });
  }
  if (status < 400 || status >= 500) {
    return new GantryError({
      kind: 'network',
      code: 'token-server-failed',
      message: `token server ${url.host} answered ${status}${said === undefined ? '' : `: ${said}`}`,
      details,
    });
  }
  const why =
    credentials === undefined
      ? 'unauthorized: authentication required'
      : credentials.kind === 'password'
        ? 'unauthorized: incorrect username or password'
        : 'unauthorized: the login has expired';
  return new GantryError({
    kind: 'denied',
    code: 'token-refused',
    message: `token server ${url.host} answered ${status}: ${why}${said === undefined ? '' : ` (${said})`}`,
    hint: 'Log in again: gantry login SERVER.',
    details,
  });
}

/** `{"details": "…"}` of Docker Hub, `{"errors": […]}` of registries, `{"error_description": "…"}` of OAuth2. */
function serverWords(answer: Readonly<Record<string, unknown>>): string | undefined {
  const errors = answer['errors'];
  const first = (Array.isArray(errors) ? errors[0] : undefined) as { readonly message?: unknown } | undefined;
  const words = [answer['details'], answer['error_description'], first?.message].find(
    (text) => typeof text === 'string' && text !== '',
  );
  return words === undefined
    ? undefined
    : stripControl(words as string)
        .replaceAll('\n', ' ')
        .slice(0, 300);
}
