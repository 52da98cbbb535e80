import { GantryError } from '../../base/gantry-error.ts';
import type { AuthChallenge } from './auth-challenge.ts';
import type { Credentials } from './credentials.ts';
import type { HttpExchange } from './http-exchange.ts';
import { basicHeader, requestToken, type Token } from './request-token.ts';

/** What a request wants to do: `repository:library/web:pull,push` (distribution token specification). */
export type Scope = string;

/** Keeps what a registry was shown, and shows it again. One a repository; credentials go nowhere else. */
export interface Authorizer {
  /** The header to send now: where the registry is known to want a token, a fresh one. */
  header(scopes: readonly Scope[], signal: AbortSignal): Promise<string | undefined>;
  /**
   * What to send after a refusal of what was `shown`, by its challenges; undefined: there is nothing better. Rejects
   * `denied` where our credentials are not taken.
   */
  answer(
    challenges: readonly AuthChallenge[],
    shown: string | undefined,
    scopes: readonly Scope[],
    signal: AbortSignal,
  ): Promise<string | undefined>;
}

export interface AuthorizerOptions {
  readonly exchange: HttpExchange;
  readonly registry: URL;
  /** What the registry said when it was first spoken to. */
  readonly challenges: readonly AuthChallenge[];
  /** Asked at every challenge: a login of another process counts at once. */
  readonly find: (signal: AbortSignal) => Promise<Credentials | undefined>;
}

export function createAuthorizer({ exchange, registry, challenges, find }: AuthorizerOptions): Authorizer {
  const tokens = new Map<string, Token>();
  const underWay = new Map<string, Promise<void>>();
  let bearer = challenges.find(({ scheme }) => scheme === 'bearer');
  let basic: string | undefined;

  const fetchToken = async (challenge: AuthChallenge, scopes: readonly Scope[], signal: AbortSignal) => {
    const credentials = await find(signal);
    const all = [...new Set([...scopes, ...(challenge.parameters['scope'] ?? '').split(' ')])].filter(
      Boolean,
    );
    try {
      tokens.set(
        keyOf(scopes),
        await requestToken({ exchange, challenge, registry, scopes: all, credentials, signal }),
      );
    } catch (error) {
      // As anybody there was little hope: what the registry itself says tells more.
      if (credentials !== undefined || !isRefused(error)) throw error;
      tokens.delete(keyOf(scopes));
    }
  };
  /** Eight layers that start at once ask for one token, not eight. */
  const shareToken = async (challenge: AuthChallenge, scopes: readonly Scope[], signal: AbortSignal) => {
    const key = keyOf(scopes);
    for (let running = underWay.get(key); running !== undefined; running = underWay.get(key)) {
      try {
        return await running;
      } catch (error) {
        // Whoever asked for it gave up; we have not.
        if (signal.aborted || !isCancelled(error)) throw error;
      }
    }
    const started = fetchToken(challenge, scopes, signal).finally(() => underWay.delete(key));
    underWay.set(key, started);
    return started;
  };
  const known = (scopes: readonly Scope[]): string | undefined => {
    const token = tokens.get(keyOf(scopes));
    return token !== undefined && token.expiresAt > Date.now() ? `Bearer ${token.value}` : basic;
  };

  return {
    header: async (scopes, signal) => {
      const header = known(scopes);
      if (header !== undefined || bearer === undefined) return header;
      await shareToken(bearer, scopes, signal);
      return known(scopes);
    },
    answer: async (refusal, shown, scopes, signal) => {
      // Another request of the same scope was answered meanwhile.
      const before = known(scopes);
      if (before !== undefined && before !== shown) return before;
      const wanted = refusal.find(({ scheme }) => scheme === 'bearer');
      if (wanted !== undefined) {
        bearer = wanted;
        await shareToken(wanted, scopes, signal);
      } else if (refusal.some(({ scheme }) => scheme === 'basic')) {
        const found = await find(signal);
        basic = found?.kind === 'password' ? basicHeader(found) : undefined;
      }
      const header = known(scopes);
      return header === shown ? undefined : header;
    },
  };
}

function keyOf(scopes: readonly Scope[]): string {
  return scopes.join(' ');
}

function isCancelled(error: unknown): boolean {
  return error instanceof GantryError && error.kind === 'cancelled';
}

function isRefused(error: unknown): boolean {
  return error instanceof GantryError && error.code === 'token-refused';
}
