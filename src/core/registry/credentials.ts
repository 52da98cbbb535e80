import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { GantryError } from '../../base/gantry-error.ts';
import { runCommand } from '../host/run-command.ts';

/** What a registry wants to know of us. */
export type Credentials =
  | { readonly kind: 'password'; readonly username: string; readonly password: string }
  /** A refresh token of an OAuth2 server, kept by an earlier login. */
  | { readonly kind: 'identity-token'; readonly token: string };

/** Looks credentials up; undefined: none are kept, go on without. */
export type FindCredentials = (
  keys: readonly string[],
  signal: AbortSignal,
) => Promise<Credentials | undefined>;

interface AuthFile {
  readonly auths?: Readonly<Record<string, { readonly auth?: unknown; readonly identitytoken?: unknown }>>;
  readonly credsStore?: unknown;
  readonly credHelpers?: Readonly<Record<string, unknown>>;
}

/**
 * Reads what `docker login` or `podman login` kept, and runs credential helpers as Docker does: the helper of the
 * host, else `credsStore`, else `auths` of Docker's config.json, else Podman's auth.json. Rejects `invalid` /
 * `bad-auth-file` where a file is there but not JSON.
 */
export function credentialFinder(env: Readonly<Record<string, string | undefined>>): FindCredentials {
  return async (keys, signal) => {
    for (const path of authFiles(env)) {
      const file = await readAuthFile(path);
      if (file === undefined) continue;
      const found = (await fromHelper(file, keys, signal)) ?? fromAuths(file, keys);
      if (found !== undefined) return found;
    }
    return undefined;
  };
}

function authFiles(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  const home = env['HOME'] ?? homedir();
  const runtime = env['XDG_RUNTIME_DIR'];
  return [
    ...(env['REGISTRY_AUTH_FILE'] === undefined ? [] : [env['REGISTRY_AUTH_FILE']]),
    join(env['DOCKER_CONFIG'] ?? join(home, '.docker'), 'config.json'),
    ...(runtime === undefined ? [] : [join(runtime, 'containers', 'auth.json')]),
    join(env['XDG_CONFIG_HOME'] ?? join(home, '.config'), 'containers', 'auth.json'),
  ];
}

async function readAuthFile(path: string): Promise<AuthFile | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Told below: a half-written or hand-edited file.
  }
  throw new GantryError({
    kind: 'invalid',
    code: 'bad-auth-file',
    message: `${path} is not valid JSON`,
    hint: 'Mend or remove the file; registry credentials are read from it.',
  });
}

async function fromHelper(
  file: AuthFile,
  keys: readonly string[],
  signal: AbortSignal,
): Promise<Credentials | undefined> {
  for (const key of keys) {
    const suffix = file.credHelpers?.[key] ?? file.credsStore;
    // The suffix becomes part of a program's name.
    if (typeof suffix !== 'string' || !/^[A-Za-z0-9_-]+$/.test(suffix)) continue;
    const program = `docker-credential-${suffix}`;
    const answer = await runCommand({ argv: [program, 'get'], input: key, signal, timeoutMs: 30_000 });
    if (answer.status !== 0) continue;
    const found = parseHelperAnswer(answer.stdout);
    if (found !== undefined) return found;
  }
  return undefined;
}

function parseHelperAnswer(text: string): Credentials | undefined {
  try {
    const { Username: username, Secret: secret } = JSON.parse(text) as Record<string, unknown>;
    if (typeof username !== 'string' || typeof secret !== 'string' || secret === '') return undefined;
    if (username === '<token>') return { kind: 'identity-token', token: secret };
    return { kind: 'password', username, password: secret };
  } catch {
    return undefined;
  }
}

function fromAuths(file: AuthFile, keys: readonly string[]): Credentials | undefined {
  for (const key of keys) {
    const entry = file.auths?.[key];
    if (typeof entry?.identitytoken === 'string' && entry.identitytoken !== '') {
      return { kind: 'identity-token', token: entry.identitytoken };
    }
    if (typeof entry?.auth !== 'string') continue;
    const plain = Buffer.from(entry.auth, 'base64').toString('utf8');
    const colon = plain.indexOf(':');
    if (colon > 0) {
      return {
        kind: 'password',
        username: plain.slice(0, colon),
        password: plain.slice(colon + 1).replace(/\0+$/, ''),
      };
    }
  }
  return undefined;
}
