import { GantryError } from '../../base/gantry-error.ts';
import { isErrorCode } from '../../base/is-error-code.ts';
import { type AuthChallenge, parseAuthChallenges } from './auth-challenge.ts';
import type { HttpExchange, HttpResponse } from './http-exchange.ts';
import { readBody } from './read-body.ts';
import type { RegistryEndpoint } from './registry-endpoint.ts';
import { withRetry } from './retry.ts';

/** A registry that answered: where it is and what it wants to be shown. */
export interface RegistryConnection {
  readonly base: URL;
  /** Of its answer to `GET /v2/`. Empty where anybody may come in. */
  readonly challenges: readonly AuthChallenge[];
}

const refusalLimitBytes = 64 * 1024;

/**
 * Finds the first address of a registry that answers (distribution-spec "Determining Support"). Rejects with what was
 * wrong with the first.
 */
export async function connectRegistry(
  { baseUrls }: RegistryEndpoint,
  exchange: HttpExchange,
  signal: AbortSignal,
): Promise<RegistryConnection> {
  const failures: unknown[] = [];
  for (const text of baseUrls) {
    const base = new URL(text);
    try {
      const response = await withRetry(
        () => exchange.send({ method: 'GET', url: new URL('/v2/', base), signal }),
        signal,
      );
      const body = await readBody(response, refusalLimitBytes).catch(() => Buffer.alloc(0));
      if (wantsTls(base, response, body)) throw tlsWanted(base);
      return { base, challenges: challengesOf(response, base) };
    } catch (error) {
      failures.push(error);
      const refused = error instanceof GantryError && error.details['errno'] === 'ECONNREFUSED';
      // Both schemes would go to this port.
      if ((refused && base.port !== '') || signal.aborted) throw error;
    }
  }
  // That it speaks TLS was found out by trying plain HTTP: what its TLS lacks is what there is to tell.
  throw failures.find((error) => !isErrorCode(error, 'tls-registry')) ?? failures[0];
}

/** Whom a read was redirected to may not ask for credentials: its challenge names a token server of its own. */
export function challengesOf(response: HttpResponse, base: URL): readonly AuthChallenge[] {
  if (response.status !== 401 || response.url.origin !== base.origin) return [];
  return parseAuthChallenges(response.headers['www-authenticate'] ?? '');
}

/** What servers say to plain HTTP on a TLS port: Go's and nginx's words. */
function wantsTls(base: URL, response: HttpResponse, body: Buffer): boolean {
  return (
    base.protocol === 'http:' &&
    response.status === 400 &&
    /HTTP request (?:to an|was sent to) HTTPS/i.test(body.toString('latin1'))
  );
}

function tlsWanted(base: URL): GantryError {
  return new GantryError({
    kind: 'network',
    code: 'tls-registry',
    message: `cannot reach registry ${base.host}: Client sent an HTTP request to an HTTPS server.`,
    hint: 'It speaks TLS: write https:// where http:// is configured.',
  });
}
