import { openRegistryAccess, type RegistryAccess, type RegistryAccessOptions } from './registry-access.ts';
import type { RegistryClient } from './registry-client.ts';
import { repositoryClient } from './repository-client.ts';

/** A client for every registry, with connections kept alive and one token a scope. `env` tells where logins are kept. */
export function createRegistryClient(
  env: RegistryAccessOptions['env'],
  options: Omit<RegistryAccessOptions, 'env'> = {},
): RegistryClient {
  return registryClientOf(openRegistryAccess({ env, ...options }));
}

/** Disposing of it closes the access. */
export function registryClientOf(access: RegistryAccess): RegistryClient {
  return {
    repository: (domain, path, wanted, onWarning) => {
      const session = access.session({ domain, path, mirrored: wanted === 'pull', onWarning });
      return repositoryClient(session, domain, path, wanted, onWarning);
    },
    [Symbol.dispose]: () => access[Symbol.dispose](),
  };
}
