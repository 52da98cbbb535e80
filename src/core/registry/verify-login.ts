import { GantryError } from '../../base/gantry-error.ts';
import type { Credentials } from './credentials.ts';
import { discardBody } from './discard-body.ts';
import type { HttpExchange, HttpResponse } from './http-exchange.ts';
import type { RegistryConnection } from './registry-connection.ts';
import { basicHeader, requestToken } from './request-token.ts';

export interface VerifiedLogin {
  /** What to keep: the token server's refresh token where it gives one, so that no password needs to be kept. */
  readonly credentials: Credentials;
  /** The registry lets anybody in and did not look at them. */
  readonly unchecked: boolean;
}

/**
 * Shows credentials to a registry, by what it asks for at `GET /v2/`. Rejects `denied` / `login-refused` in Docker's
 * words where they are not taken.
 */
export async function verifyLogin(
  exchange: HttpExchange,
  { base, challenges }: RegistryConnection,
  credentials: Credentials,
  signal: AbortSignal,
): Promise<VerifiedLogin> {
  const url = new URL('/v2/', base);
  const show = async (authorization: string): Promise<HttpResponse> => {
    const response = await exchange.send({
      method: 'GET',
      url,
      headers: { Authorization: authorization },
      signal,
    });
    discardBody(response);
    return response;
  };
  const bearer = challenges.find(({ scheme }) => scheme === 'bearer');
  if (bearer !== undefined) {
    const offline = credentials.kind === 'password';
    const request = { exchange, challenge: bearer, registry: base, scopes: [], credentials, offline, signal };
    const token = await requestToken(request).catch((error: unknown) => {
      throw error instanceof GantryError && error.code === 'token-refused'
        ? wrongPassword(url, error)
        : error;
    });
    const response = await show(`Bearer ${token.value}`);
    if (response.status !== 200) throw refused(url, response);
    const kept: Credentials =
      token.refreshToken === undefined || credentials.kind === 'identity-token'
        ? credentials
        : { kind: 'identity-token', token: token.refreshToken, username: credentials.username };
    return { credentials: kept, unchecked: false };
  }
  if (challenges.some(({ scheme }) => scheme === 'basic') && credentials.kind === 'password') {
    const response = await show(basicHeader(credentials));
    if (response.status !== 200) throw refused(url, response);
    return { credentials, unchecked: false };
  }
  if (challenges.length === 0) return { credentials, unchecked: true };
  throw new GantryError({
    kind: 'unsupported',
    code: 'unknown-authentication',
    message: `registry ${base.host} asks for ${challenges.map(({ scheme }) => scheme).join(', ')}, which is not known`,
  });
}

function wrongPassword(url: URL, cause: GantryError): GantryError {
  return new GantryError({
    kind: 'denied',
    code: 'login-refused',
    message: `Get "${url.href}": unauthorized: incorrect username or password`,
    hint: 'Check both; accounts with two factors want an access token in place of the password.',
    details: cause.details,
    cause,
  });
}

function refused(url: URL, { status }: HttpResponse): GantryError {
  const reason = status === 401 ? '401 Unauthorized' : status === 403 ? '403 Forbidden' : String(status);
  return new GantryError({
    kind: 'denied',
    code: 'login-refused',
    message: `login attempt to ${url.href} failed with status: ${reason}`,
    hint: 'Check user name and password: unauthorized: incorrect username or password.',
    details: { status },
  });
}
