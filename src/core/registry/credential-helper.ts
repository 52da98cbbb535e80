import { GantryError } from '../../base/gantry-error.ts';
import { stripControl } from '../../base/strip-control.ts';
import { runCommand } from '../host/run-command.ts';
import type { Credentials } from './credentials.ts';
import type { Environment } from './user-files.ts';

/** A `docker-credential-*` program: it keeps secrets for us (docker/docker-credential-helpers protocol). */
export interface CredentialHelper {
  readonly program: string;
  /** Undefined: it keeps none for the server. Rejects `failed` / `credential-helper` where it cannot tell. */
  get(server: string, signal: AbortSignal): Promise<Credentials | undefined>;
  store(
    server: string,
    credentials: Credentials & { readonly username: string },
    signal: AbortSignal,
  ): Promise<void>;
  /** Whether there was something to erase. */
  erase(server: string, signal: AbortSignal): Promise<boolean>;
  /** User names by server. */
  list(signal: AbortSignal): Promise<Readonly<Record<string, string>>>;
}

const timeoutMs = 60_000;
const answerLimitBytes = 1024 * 1024;
/** How a helper says that a secret is a refresh token. */
const tokenUser = '<token>';
/** Verbs that are answered by a document. */
const answers: ReadonlySet<string> = new Set(['get', 'list']);
/** What helpers print for a server they do not know. */
const notFound = 'credentials not found in native keychain';

/** Throws `invalid` / `credential-helper` for a suffix that is no part of a program's name. */
export function credentialHelper(suffix: string, env: Environment): CredentialHelper {
  if (!/^[A-Za-z0-9._-]+$/.test(suffix)) {
    throw new GantryError({
      kind: 'invalid',
      code: 'credential-helper',
      message: `${JSON.stringify(suffix.slice(0, 100))} names no credential helper`,
      hint: 'credsStore and credHelpers in config.json take the end of a name: "pass" for docker-credential-pass.',
    });
  }
  const program = `docker-credential-${suffix}`;
  /** Its output; undefined: it does not know the server. */
  const run = async (
    verb: 'get' | 'store' | 'erase' | 'list',
    doing: string,
    input: string,
    signal: AbortSignal,
  ): Promise<string | undefined> => {
    const fail = (why: string, cause?: unknown): GantryError =>
      new GantryError({
        kind: 'failed',
        code: 'credential-helper',
        message: `error ${doing} credentials - err: ${why}`,
        hint: `The logins are kept by ${program}, as config.json says.`,
        details: { program },
        cause,
      });
    const answer = await runCommand({
      argv: [program, verb],
      env: defined(env),
      input,
      signal,
      timeoutMs,
      limitBytes: answerLimitBytes,
    }).catch((error: unknown) => {
      if (error instanceof GantryError && error.kind === 'cancelled') throw error;
      const missing = error instanceof GantryError && error.code === 'missing-program';
      throw fail(
        missing ? `exec: "${program}": executable file not found in $PATH, out: \`\`` : String(error),
        error,
      );
    });
    if (answer.status === 0) {
      const isDocument = answer.stdout.trim() === '' || parseObject(answer.stdout) !== undefined;
      if (answers.has(verb) && !isDocument) throw fail('its answer is no JSON');
      return answer.stdout;
    }
    const said = stripControl(answer.stdout.trim() || answer.stderr.trim()).slice(0, 500);
    if (said.includes(notFound)) return undefined;
    throw fail(`exit status ${answer.status}, out: \`${said}\``);
  };

  return {
    program,
    get: async (server, signal) => {
      const answer = parseObject((await run('get', 'getting', server, signal)) ?? '') ?? {};
      const { Username: username, Secret: secret } = answer;
      if (typeof username !== 'string' || typeof secret !== 'string' || secret === '') return undefined;
      if (username === tokenUser) return { kind: 'identity-token', token: secret };
      return { kind: 'password', username, password: secret };
    },
    store: async (server, credentials, signal) => {
      const kept =
        credentials.kind === 'password'
          ? { Username: credentials.username, Secret: credentials.password }
          : { Username: tokenUser, Secret: credentials.token };
      await run('store', 'storing', JSON.stringify({ ServerURL: server, ...kept }), signal);
    },
    erase: async (server, signal) => (await run('erase', 'erasing', server, signal)) !== undefined,
    list: async (signal) => {
      const answer = parseObject((await run('list', 'listing', '', signal)) ?? '') ?? {};
      const entries = Object.entries(answer);
      return Object.fromEntries(
        entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
      );
    },
  };
}

function defined(env: Environment): Readonly<Record<string, string>> {
  const entries = Object.entries(env);
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Readonly<Record<string, unknown>>;
  } catch {
    // Told by whoever asked.
  }
  return undefined;
}
