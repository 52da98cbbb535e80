import { credentialFinder, type FindCredentials } from './credentials.ts';
import { httpExchange } from './http-exchange.ts';
import type { RegistryClient } from './registry-client.ts';
import { type RegistrySession, registrySession } from './registry-session.ts';
import { repositoryClient } from './repository-client.ts';

/** A client for every registry, with connections kept alive and one token a scope. `env` tells where logins are kept. */
export function createRegistryClient(
  env: Readonly<Record<string, string | undefined>>,
  find: FindCredentials = credentialFinder(env),
): RegistryClient {
  const exchange = httpExchange();
  const sessions = new Map<string, RegistrySession>();
  return {
    repository: (domain, path, access) => {
      const session = sessions.get(domain) ?? registrySession(domain, exchange, find);
      sessions.set(domain, session);
      return repositoryClient(session, domain, path, access);
    },
    [Symbol.dispose]: () => exchange[Symbol.dispose](),
  };
}
