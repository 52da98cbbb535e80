import { readSecret } from '../ops/read-secret.ts';
import type { BuildSession } from '../solver/build-session.ts';
import { loginOf } from './http-get.ts';

/**
 * The headers that log in at a URL of ADD: the secret `HTTP_AUTH_HEADER_<host>` as it is, `HTTP_AUTH_TOKEN_<host>` as a
 * bearer's token (Dockerfile reference, "ADD"), else what stands in the URL.
 */
export function httpLogin(
  { secrets }: Pick<BuildSession, 'secrets'>,
  url: string,
): Readonly<Record<string, string>> {
  const host = URL.parse(url)?.hostname ?? '';
  const secret = (id: string): string | undefined => {
    const given = Object.hasOwn(secrets, id) ? secrets[id] : undefined;
    return given && Buffer.from(readSecret(id, given)).toString().trim();
  };
  const token = secret(`HTTP_AUTH_TOKEN_${host}`);
  const header = token === undefined ? secret(`HTTP_AUTH_HEADER_${host}`) : `Bearer ${token}`;
  return header === undefined ? loginOf(url) : { authorization: header };
}
