import { GantryError } from '../../base/gantry-error.ts';
import type { LoginReport, LogoutReport } from '../../engine/registries.ts';
import { authFilePaths, dockerConfigPath, readAuthFile } from './auth-files.ts';
import { credentialHelper } from './credential-helper.ts';
import { type Credentials, helperFor } from './credentials.ts';
import { keyFit, type Server } from './server-key.ts';
import { updateDockerConfig } from './update-docker-config.ts';
import type { Environment } from './user-files.ts';

/** What a login leaves: Docker keeps the name beside a token. */
export type KeptCredentials = Credentials & { readonly username: string };

/**
 * Keeps a login where Docker does: with the helper that config.json names for the server, else in config.json itself.
 */
export async function keepLogin(
  env: Environment,
  server: Server,
  credentials: KeptCredentials,
  signal: AbortSignal,
): Promise<Pick<LoginReport, 'plainTextFile'>> {
  const path = dockerConfigPath(env);
  const suffix = helperFor(readAuthFile(path), server);
  if (suffix !== undefined) await credentialHelper(suffix, env).store(server.key, credentials, signal);
  // With a helper the entry is empty: that is how Docker remembers who keeps it.
  const entry = suffix === undefined ? plainEntry(credentials) : {};
  await updateDockerConfig(
    path,
    (config) => ({ ...config, auths: { ...(config['auths'] as object | undefined), [server.key]: entry } }),
    signal,
  );
  const plain = suffix === undefined && credentials.kind === 'password';
  return { plainTextFile: plain ? path : undefined };
}

/** Forgets a login: all keys of Docker's config.json it may stand under, and the helper's. Podman's file is Podman's. */
export async function dropLogin(
  env: Environment,
  server: Server,
  signal: AbortSignal,
): Promise<LogoutReport> {
  const path = dockerConfigPath(env);
  const warnings: string[] = [];
  const file = readAuthFile(path);
  let removed = false;
  const suffix = helperFor(file, server);
  if (suffix !== undefined) {
    try {
      removed = await credentialHelper(suffix, env).erase(server.key, signal);
    } catch (error) {
      if (signal.aborted) throw error;
      warnings.push(`WARNING: could not erase credentials: ${server.key}: ${(error as Error).message}`);
    }
  }
  const isOurs = (key: string): boolean => keyFit(key, server, '') === 0;
  if (Object.keys(file?.auths ?? {}).some(isOurs)) {
    await updateDockerConfig(
      path,
      (config) => {
        const auths = Object.entries((config['auths'] as object | undefined) ?? {});
        return { ...config, auths: Object.fromEntries(auths.filter(([key]) => !isOurs(key))) };
      },
      signal,
    );
    removed = true;
  }
  for (const other of authFilePaths(env).filter((name) => name !== path)) {
    const theirs = Object.keys(readAuthFile(other)?.auths ?? {});
    if (theirs.some(isOurs)) {
      warnings.push(
        `${other} still holds a login for ${server.domain}; it is Podman's: podman logout ${server.domain}`,
      );
    }
  }
  return { server: server.key, removed, warnings };
}

function plainEntry(credentials: KeptCredentials): object {
  const { username } = credentials;
  if (username.includes(':')) {
    throw new GantryError({
      kind: 'invalid',
      code: 'bad-username',
      message: `user name ${JSON.stringify(username.slice(0, 100))} has a colon, which ends a name where it is kept`,
    });
  }
  const password = credentials.kind === 'password' ? credentials.password : '';
  const auth = Buffer.from(`${username}:${password}`).toString('base64');
  return credentials.kind === 'password' ? { auth } : { auth, identitytoken: credentials.token };
}
