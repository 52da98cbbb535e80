import { GantryError } from '../../base/gantry-error.ts';
import { dockerConfigPath, readAuthFile } from './auth-files.ts';
import { type Authorizer, createAuthorizer } from './authorizer.ts';
import { credentialFinder, type FindCredentials } from './credentials.ts';
import { type HttpExchange, httpExchange } from './http-exchange.ts';
import { certificateFolders, loadRegistrySettings } from './load-registry-settings.ts';
import { type MirrorSession, mirroredSession } from './mirrored-session.ts';
import { proxyRules } from './proxy-rules.ts';
import { connectRegistry, type RegistryConnection } from './registry-connection.ts';
import { registryEndpoint } from './registry-endpoint.ts';
import { type RegistrySession, registrySession } from './registry-session.ts';
import { type Mirror, type RegistrySettings, withInsecure } from './registry-settings.ts';
import { type Server, serverOf } from './server-key.ts';
import type { Environment } from './user-files.ts';
import { parseWarnings } from './warning-header.ts';

export interface RegistryAccessOptions {
  /** Tells where logins and settings are kept, and which proxies to use. */
  readonly env: Environment;
  /** Besides those of the settings. */
  readonly insecure?: readonly string[] | undefined;
  readonly settings?: RegistrySettings | undefined;
  readonly certificateFolders?: readonly string[] | undefined;
  readonly find?: FindCredentials | undefined;
}

export interface SessionOf {
  readonly domain: string;
  readonly path: string;
  /** What is read may come from mirrors. */
  readonly mirrored: boolean;
  /** Told what registries warn of, and helpers that fail: each text once. */
  readonly onWarning?: ((text: string) => void) | undefined;
}

/** How registries are reached: settings, connections kept alive, and what each was shown. */
export interface RegistryAccess extends Disposable {
  readonly env: Environment;
  readonly settings: RegistrySettings;
  readonly exchange: HttpExchange;
  readonly find: FindCredentials;
  connect(domain: string, signal: AbortSignal): Promise<RegistryConnection>;
  session(of: SessionOf): RegistrySession;
  /** Forgets what a server was shown: the login has changed. */
  forget(server: Server): void;
}

/** Throws `invalid` / `bad-registry-settings`. */
export function openRegistryAccess(options: RegistryAccessOptions): RegistryAccess {
  const { env, insecure = [] } = options;
  const settings = withInsecure(options.settings ?? loadRegistrySettings(env), insecure);
  const find = options.find ?? credentialFinder(env);
  const exchange = httpExchange({
    settings,
    certificateFolders: options.certificateFolders ?? certificateFolders(env),
    findProxy: proxyRules(env),
  });
  const connections = new Map<string, Promise<RegistryConnection>>();
  const authorizers = new Map<string, Authorizer>();
  const warned = new Set<string>();

  const connect = async (
    domain: string,
    scheme: Mirror['scheme'],
    signal: AbortSignal,
  ): Promise<RegistryConnection> => {
    const key = `${scheme ?? ''} ${domain}`;
    for (let known = connections.get(key); known !== undefined; known = connections.get(key)) {
      try {
        return await known;
      } catch (error) {
        // Whoever began gave up; we have not.
        if (signal.aborted || GantryError.from(error).kind !== 'cancelled') throw error;
      }
    }
    const endpoint =
      scheme === undefined ? registryEndpoint(domain, settings) : { baseUrls: [`${scheme}://${domain}`] };
    const connection = connectRegistry(endpoint, exchange, signal).catch((error: unknown) => {
      if (connections.get(key) === connection) connections.delete(key);
      throw error;
    });
    connections.set(key, connection);
    return connection;
  };

  let headers: Readonly<Record<string, string>> | undefined;
  const ownHeaders = async () => {
    headers ??= metaHeaders(readAuthFile(dockerConfigPath(env))?.httpHeaders ?? {});
    return headers;
  };

  const direct = (of: Omit<SessionOf, 'mirrored'>, scheme: Mirror['scheme']): RegistrySession => {
    const { domain, path, onWarning } = of;
    const warn = (text: string): void => {
      if (onWarning === undefined || warned.has(`${domain} ${text}`)) return;
      warned.add(`${domain} ${text}`);
      onWarning(text);
    };
    return registrySession({
      exchange,
      ownHeaders,
      connect: async (signal) => {
        const { base, challenges } = await connect(domain, scheme, signal);
        const key = `${base.origin} ${domain} ${path}`;
        const authorizer =
          authorizers.get(key) ??
          createAuthorizer({
            exchange,
            registry: base,
            challenges,
            find: (findSignal) => find(serverOf(domain), path, { signal: findSignal, warn }),
          });
        authorizers.set(key, authorizer);
        return { base, authorizer };
      },
      onAnswer: (response) => {
        for (const text of parseWarnings(response.headers.warning)) warn(`${domain}: ${text}`);
      },
    });
  };

  return {
    env,
    settings,
    exchange,
    find,
    connect: (domain, signal) => connect(domain, undefined, signal),
    session: ({ mirrored, ...of }) => {
      const origin = direct(of, undefined);
      const mirrors = mirrored ? (settings.mirrors.get(of.domain) ?? []) : [];
      if (mirrors.length === 0) return origin;
      return mirroredSession(
        origin,
        of.path,
        mirrors.map(({ domain, prefix, scheme }): MirrorSession => {
          const path = prefix === '' ? of.path : `${prefix}/${of.path}`;
          return { session: direct({ ...of, domain, path }, scheme), path };
        }),
      );
    },
    forget: ({ domain }) => {
      for (const key of connections.keys()) if (key.endsWith(` ${domain}`)) connections.delete(key);
      for (const key of authorizers.keys()) if (key.split(' ')[1] === domain) authorizers.delete(key);
    },
    [Symbol.dispose]: () => exchange[Symbol.dispose](),
  };
}

/** Of `HttpHeaders` in config.json Docker sends registries those that begin so; all others are for its daemon. */
function metaHeaders(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const entries = Object.entries(headers).filter(
    ([name, value]) => /^X-Meta-[A-Za-z0-9-]+$/i.test(name) && /^[\x20-\x7e]*$/.test(value),
  );
  return Object.fromEntries(entries);
}
