import { type AuthEntry, type AuthFile, authFilePaths, readAuthFile } from './auth-files.ts';
import { credentialHelper } from './credential-helper.ts';
import { keyFit, knownKeys, type Server } from './server-key.ts';
import type { Environment } from './user-files.ts';

/** What a registry wants to know of us. */
export type Credentials =
  | { readonly kind: 'password'; readonly username: string; readonly password: string }
  /** A refresh token of an OAuth2 server, kept by an earlier login. */
  | { readonly kind: 'identity-token'; readonly token: string; readonly username?: string | undefined };

export interface FindOptions {
  readonly signal: AbortSignal;
  /** Told what kept a helper from answering: what is public can be had without. */
  readonly warn?: ((text: string) => void) | undefined;
}

/** Looks up what was kept for a repository of a server; undefined: nothing, go on without. */
export type FindCredentials = (
  server: Server,
  path: string,
  options: FindOptions,
) => Promise<Credentials | undefined>;

/**
 * Reads what `docker login` or `podman login` kept, and asks credential helpers as Docker does: the helper of the
 * host, else `credsStore`, else `auths`; Docker's config.json before Podman's auth.json. Rejects `invalid` /
 * `bad-auth-file` where a file is there but not JSON.
 */
export function credentialFinder(env: Environment): FindCredentials {
  return async (server, path, options) => {
    for (const file of authFilePaths(env)) {
      const found = await findIn(readAuthFile(file), server, path, env, options);
      if (found !== undefined) return found;
    }
    return undefined;
  };
}

/** The suffix of the helper that keeps a server's login; undefined: the file itself does. */
export function helperFor(file: AuthFile | undefined, server: Server): string | undefined {
  const own = knownKeys(server).map((key) => file?.credHelpers[key]);
  return own.find((suffix) => suffix !== undefined && suffix !== '') ?? file?.credsStore;
}

async function findIn(
  file: AuthFile | undefined,
  server: Server,
  path: string,
  env: Environment,
  { signal, warn }: FindOptions,
): Promise<Credentials | undefined> {
  if (file === undefined) return undefined;
  const suffix = helperFor(file, server);
  if (suffix !== undefined) {
    try {
      const found = await credentialHelper(suffix, env).get(server.key, signal);
      if (found !== undefined) return found;
    } catch (error) {
      if (signal.aborted) throw error;
      warn?.((error as Error).message);
    }
  }
  const fits = Object.entries(file.auths)
    .map(([key, entry]) => ({ fit: keyFit(key, server, path), exact: key === server.key, entry }))
    .filter(({ fit }) => fit !== undefined)
    .toSorted((a, b) => (b.fit as number) - (a.fit as number) || Number(b.exact) - Number(a.exact));
  return fits.map(({ entry }) => decodeEntry(entry)).find((found) => found !== undefined);
}

/** Undefined where the entry holds none: a helper does. */
export function decodeEntry({ auth, identitytoken }: AuthEntry): Credentials | undefined {
  const plain = Buffer.from(auth ?? '', 'base64').toString('utf8');
  const colon = plain.indexOf(':');
  const username = colon > 0 ? plain.slice(0, colon) : undefined;
  if (identitytoken !== undefined) return { kind: 'identity-token', token: identitytoken, username };
  if (username === undefined) return undefined;
  return { kind: 'password', username, password: plain.slice(colon + 1).replace(/\0+$/, '') };
}
