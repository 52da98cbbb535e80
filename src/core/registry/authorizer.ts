import { GantryError } from '../../base/gantry-error.ts';
import { type AuthChallenge, parseAuthChallenges } from './auth-challenge.ts';
import type { Credentials, FindCredentials } from './credentials.ts';
import type { HttpExchange, HttpResponse } from './http-exchange.ts';
import { readBody } from './read-body.ts';

/** What a request wants to do: `repository:library/web:pull,push` (distribution token specification). */
export type Scope = string;

/** Keeps what a registry was shown, and shows it again. One a registry; credentials go nowhere else. */
export interface Authorizer {
  /** The header to send now, if one is known. */
  header(scopes: readonly Scope[]): string | undefined;
  /** Answers a 401 to what was `shown`. False: there is nothing better to show. */
  answer(
    response: HttpResponse,
    shown: string | undefined,
    scopes: readonly Scope[],
    signal: AbortSignal,
  ): Promise<boolean>;
}

interface Token {
  readonly value: string;
  readonly expiresAt: number;
}

const tokenLimitBytes = 1024 * 1024;
const defaultLifetimeSeconds = 60;

export function createAuthorizer(
  exchange: HttpExchange,
  credentialKeys: readonly string[],
  find: FindCredentials,
): Authorizer {
  const tokens = new Map<string, Token>();
  const underWay = new Map<string, Promise<void>>();
  let basic: string | undefined;
  let credentials: Promise<Credentials | undefined> | undefined;
  const known = (signal: AbortSignal): Promise<Credentials | undefined> => {
    credentials ??= find(credentialKeys, signal);
    return credentials;
  };

  const getBasic = async (signal: AbortSignal): Promise<void> => {
    const found = await known(signal);
    if (found?.kind === 'password') basic = basicHeader(found);
  };
  const getToken = async (
    challenge: AuthChallenge,
    scopes: readonly Scope[],
    from: URL,
    signal: AbortSignal,
  ): Promise<void> => {
    const token = await requestToken(exchange, challenge, scopes, await known(signal), from, signal);
    tokens.set(scopes.join(' '), token);
  };
  const header = (scopes: readonly Scope[]): string | undefined => {
    const token = tokens.get(scopes.join(' '));
    return token !== undefined && token.expiresAt > Date.now() ? `Bearer ${token.value}` : basic;
  };

  return {
    header,
    answer: async (response, shown, scopes, signal) => {
      // Another request of the same scope was answered meanwhile.
      if (header(scopes) !== shown) return true;
      const challenges = parseAuthChallenges(response.headers['www-authenticate'] ?? '');
      const bearer = challenges.find(({ scheme }) => scheme === 'bearer');
      const key = scopes.join(' ');
      // Eight layers that start at once ask for one token, not eight.
      const running = underWay.get(key);
      if (running !== undefined) await running;
      else if (bearer !== undefined) {
        const started = getToken(bearer, scopes, response.url, signal).finally(() => underWay.delete(key));
        underWay.set(key, started);
        await started;
      } else if (challenges.some(({ scheme }) => scheme === 'basic')) await getBasic(signal);
      return header(scopes) !== shown;
    },
  };
}

function basicHeader(found: { readonly username: string; readonly password: string }): string {
  return `Basic ${Buffer.from(`${found.username}:${found.password}`).toString('base64')}`;
}

async function requestToken(
  exchange: HttpExchange,
  challenge: AuthChallenge,
  scopes: readonly Scope[],
  credentials: Credentials | undefined,
  from: URL,
  signal: AbortSignal,
): Promise<Token> {
  const realm = realmUrl(challenge.parameters['realm'] ?? '', from);
  const service = challenge.parameters['service'] ?? '';
  if (credentials?.kind === 'identity-token') {
    const body = new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: credentials.token,
      client_id: 'gantry',
      service,
      scope: scopes.join(' '),
    });
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
    const bytes = Buffer.from(body.toString());
    return readToken(await exchange.send({ method: 'POST', url: realm, headers, body: bytes, signal }));
  }
  const url = new URL(realm);
  if (service !== '') url.searchParams.set('service', service);
  for (const scope of scopes) url.searchParams.append('scope', scope);
  const headers = credentials === undefined ? {} : { Authorization: basicHeader(credentials) };
  return readToken(await exchange.send({ method: 'GET', url, headers, signal }));
}

/** Credentials go to the realm: it must be as safe as the registry that named it. */
function realmUrl(text: string, from: URL): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (
    url === undefined ||
    (url.protocol !== 'https:' && !(url.protocol === 'http:' && from.protocol === 'http:'))
  ) {
    throw new GantryError({
      kind: 'denied',
      code: 'bad-auth-realm',
      message: `registry ${from.host} names ${JSON.stringify(text.slice(0, 200))} as its token server, which is not safe to log in to`,
    });
  }
  return url;
}

async function readToken(response: HttpResponse): Promise<Token> {
  if (response.status !== 200) {
    response.body.resume();
    throw new GantryError({
      kind: response.status >= 500 ? 'network' : 'denied',
      code: 'token-refused',
      message: `token server ${response.url.host} answered ${response.status}: unauthorized: incorrect username or password`,
      hint: 'Log in again (docker login or podman login), or remove stale credentials.',
      details: { status: response.status },
    });
  }
  const body = await readBody(response, tokenLimitBytes);
  let answer: { token?: unknown; access_token?: unknown; expires_in?: unknown };
  try {
    answer = JSON.parse(body.toString('utf8')) as typeof answer;
  } catch {
    answer = {};
  }
  const value = [answer.token, answer.access_token].find((item) => typeof item === 'string' && item !== '');
  // A token becomes a header: control codes in it would end the line.
  if (typeof value !== 'string' || !/^[\x21-\x7e]+$/.test(value)) {
    throw new GantryError({
      kind: 'denied',
      code: 'bad-token',
      message: `token server ${response.url.host} gave no usable token`,
    });
  }
  const seconds = typeof answer.expires_in === 'number' ? answer.expires_in : defaultLifetimeSeconds;
  return { value, expiresAt: Date.now() + Math.max(seconds, defaultLifetimeSeconds) * 900 };
}
