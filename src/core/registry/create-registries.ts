import { GantryError } from '../../base/gantry-error.ts';
import type { Registries } from '../../engine/registries.ts';
import { parseReference, withDefaultTag } from '../../oci/reference.ts';
import { registryClientOf } from './create-registry-client.ts';
import type { Credentials } from './credentials.ts';
import { dropLogin, type KeptCredentials, keepLogin } from './login.ts';
import { openRegistryAccess, type RegistryAccess } from './registry-access.ts';
import { parseServer } from './server-key.ts';
import { verifyLogin } from './verify-login.ts';

/** The port's registries. */
export function createRegistries(access: RegistryAccess): Registries {
  const { env, exchange } = access;
  return {
    login: async ({ server: text, credentials: given }, { signal = never() } = {}) => {
      const server = parseServer(text);
      const warnings: string[] = [];
      const warn = (line: string): void => void warnings.push(line);
      const credentials: Credentials | undefined =
        given === undefined
          ? await access.find(server, '', { signal, warn })
          : { kind: 'password', ...given };
      if (credentials === undefined) throw noLogin(server.domain);
      access.forget(server);
      const connection = await access.connect(server.domain, signal);
      const { credentials: kept, unchecked } = await verifyLogin(exchange, connection, credentials, signal);
      if (unchecked) warnings.push(`${server.domain} asks nobody for credentials: they were not checked.`);
      if (given === undefined) return { server: server.key, plainTextFile: undefined, warnings };
      const { plainTextFile } = await keepLogin(env, server, withName(kept, given.username), signal);
      return { server: server.key, plainTextFile, warnings };
    },
    savedUser: async (text, { signal = never() } = {}) => {
      const found = await access.find(parseServer(text), '', { signal });
      return found === undefined ? undefined : (found.username ?? '');
    },
    logins: async ({ signal = never() } = {}) => {
      const { listLogins } = await import('./list-logins.ts');
      const warnings: string[] = [];
      const logins = await listLogins(env, { signal, warn: (text) => void warnings.push(text) });
      return { logins, warnings };
    },
    logout: async (text, { signal = never() } = {}) => {
      const server = parseServer(text);
      access.forget(server);
      return dropLogin(env, server, signal);
    },
    search: async (text, { limit, signal = never() }) => {
      const { searchRegistry } = await import('./search-registry.ts');
      return searchRegistry(access, { ...splitTerm(text), limit, signal });
    },
    manifest: async (text, { details = false, insecure = false, signal = never() } = {}) => {
      const { inspectManifest } = await import('./inspect-manifest.ts');
      const reference = withDefaultTag(parseReference(text));
      const { domain, path } = reference;
      using trusting = insecure
        ? openRegistryAccess({ env, settings: access.settings, insecure: [domain] })
        : undefined;
      const repository = registryClientOf(trusting ?? access).repository(domain, path, 'pull');
      return await inspectManifest(repository, reference, { details, signal });
    },
    referrers: async (text, { signal = never(), ...options } = {}) => {
      const { findReferrers } = await import('./find-referrers.ts');
      const reference = withDefaultTag(parseReference(text));
      const repository = registryClientOf(access).repository(reference.domain, reference.path, 'pull');
      return findReferrers(repository, reference, { ...options, signal });
    },
  };
}

/** `HOST[:PORT]/term` searches that host, everything else Docker Hub. */
function splitTerm(text: string): { readonly domain: string; readonly term: string } {
  const slash = text.indexOf('/');
  const host = text.slice(0, Math.max(slash, 0));
  if (!/[.:]/.test(host) && host !== 'localhost') return { domain: 'docker.io', term: text };
  return { domain: parseServer(host).domain, term: text.slice(slash + 1) };
}

function withName(credentials: Credentials, username: string): KeptCredentials {
  return { ...credentials, username };
}

function noLogin(domain: string): GantryError {
  return new GantryError({
    kind: 'denied',
    code: 'no-login',
    message: `no login is kept for ${domain}`,
    hint: `Give one: gantry login -u USER ${domain}`,
  });
}

function never(): AbortSignal {
  return new AbortController().signal;
}
