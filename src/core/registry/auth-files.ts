import { join } from 'node:path';
import { GantryError } from '../../base/gantry-error.ts';
import { configFolder, type Environment, homeFolder, readIfThere } from './user-files.ts';

/** A file logins are kept in: Docker's `config.json`, or Podman's `auth.json` of the same form. */
export interface AuthFile {
  readonly path: string;
  readonly auths: Readonly<Record<string, AuthEntry>>;
  /** The helper that keeps all logins: `desktop` for `docker-credential-desktop`. */
  readonly credsStore: string | undefined;
  /** By registry: it goes before `credsStore`. */
  readonly credHelpers: Readonly<Record<string, string>>;
  readonly httpHeaders: Readonly<Record<string, string>>;
}

export interface AuthEntry {
  /** `USER:PASSWORD` in Base64. */
  readonly auth?: string | undefined;
  /** A refresh token of an OAuth2 server. */
  readonly identitytoken?: string | undefined;
}

/** Where Docker keeps its configuration, whether it is there or not. Logins are written here and nowhere else. */
export function dockerConfigPath(env: Environment): string {
  return join(nonEmpty(env['DOCKER_CONFIG']) ?? join(homeFolder(env), '.docker'), 'config.json');
}

/** Every file that logins are read from, the one that counts most first. */
export function authFilePaths(env: Environment, uid = process.getuid?.() ?? 0): readonly string[] {
  const runtime = nonEmpty(env['XDG_RUNTIME_DIR']);
  return [
    ...(nonEmpty(env['REGISTRY_AUTH_FILE']) === undefined ? [] : [env['REGISTRY_AUTH_FILE'] as string]),
    dockerConfigPath(env),
    ...(runtime === undefined
      ? [`/run/containers/${uid}/auth.json`]
      : [join(runtime, 'containers/auth.json')]),
    join(configFolder(env), 'containers/auth.json'),
  ];
}

/** Undefined where there is no file. Throws `invalid` / `bad-auth-file` where it is no JSON object, `io` otherwise. */
export function readAuthFile(path: string): AuthFile | undefined {
  const object = readJsonObject(path);
  if (object === undefined) return undefined;
  const auths = Object.entries(objectOf(object['auths']) ?? {}).map(([key, value]) => {
    const entry = objectOf(value);
    const identitytoken = textOf(entry?.['identitytoken']);
    return [key, { auth: textOf(entry?.['auth']) || inBase64(entry), identitytoken }] as const;
  });
  return {
    path,
    auths: Object.fromEntries(auths),
    credsStore: textOf(object['credsStore']),
    credHelpers: texts(object['credHelpers']),
    httpHeaders: texts(object['HttpHeaders']),
  };
}

/** What was written by hand in two fields, as docker reads it where `auth` holds nothing. */
function inBase64(entry: Readonly<Record<string, unknown>> | undefined): string | undefined {
  const username = textOf(entry?.['username']);
  const password = textOf(entry?.['password']);
  if (!username || password === undefined) return undefined;
  return Buffer.from(`${username}:${password}`).toString('base64');
}

/** The whole of a JSON file, for whoever keeps what it does not know. An empty file is an empty object. */
export function readJsonObject(path: string): Readonly<Record<string, unknown>> | undefined {
  const text = readIfThere(path);
  if (text === undefined) return undefined;
  if (text.trim() === '') return {};
  try {
    const value = objectOf(JSON.parse(text));
    if (value !== undefined) return value;
  } catch {
    // Told below: a half-written or hand-edited file.
  }
  throw new GantryError({
    kind: 'invalid',
    code: 'bad-auth-file',
    message: `${path} is not valid JSON`,
    hint: 'Mend or remove the file; registry credentials are read from it.',
    details: { path },
  });
}

function texts(value: unknown): Readonly<Record<string, string>> {
  const entries = Object.entries(objectOf(value) ?? {});
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return value as Readonly<Record<string, unknown>>;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? nonEmpty(value) : undefined;
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
