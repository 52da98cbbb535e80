import type { GitUrl } from './git-url.ts';

/** Variables that would point git at another repository than ours. */
const misleading = /^GIT_(?:DIR|WORK_TREE|INDEX_FILE|OBJECT_DIRECTORY|COMMON_DIR)$/;
/** What of our environment a git without its user's settings still needs: programs and proxies. */
const impersonal = /^(?:PATH|(?:https?|all|no)_proxy)$/i;

/** For repositories the user named: with the user's settings and logins. */
export function userGitEnvironment(): Readonly<Record<string, string>> {
  return ownEnvironment((name) => !misleading.test(name));
}

export interface GitLogin {
  /** Value of an `Authorization` header for that origin. */
  readonly header?: { readonly origin: string; readonly value: string } | undefined;
  /** Socket of an SSH agent. */
  readonly agent?: string | undefined;
}

/**
 * For repositories a Dockerfile names: nobody's settings, only the logins that were given to the build, and nothing but
 * the network, also for submodules.
 */
export function strictGitEnvironment({ header, agent }: GitLogin): Readonly<Record<string, string>> {
  const strict = {
    ...ownEnvironment((name) => impersonal.test(name)),
    HOME: '/nonexistent',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ALLOW_PROTOCOL: 'git:http:https:ssh',
    GIT_SSH_COMMAND: 'ssh -F none -o BatchMode=yes -o IdentityFile=none',
    ...(agent === undefined ? {} : { SSH_AUTH_SOCK: agent }),
  };
  if (header === undefined) return strict;
  const { origin, value } = header;
  // git would take the header along wherever a first redirect leads.
  return withSettings(strict, {
    [`http.${origin}/.extraheader`]: `Authorization: ${value}`,
    [`http.${origin}/.followRedirects`]: 'false',
  });
}

/** Logs in at a repository's server as its address says, though git is given, and writes down, the address without it. */
export function withUrlLogin(
  env: Readonly<Record<string, string>>,
  { remote, login }: Pick<GitUrl, 'remote' | 'login'>,
): Readonly<Record<string, string>> {
  const [, scheme, host] = /^(\w+:\/\/)([^/]+)\//.exec(remote) ?? [];
  if (login === undefined || scheme === undefined) return env;
  return withSettings(env, { [`url.${scheme}${login}@${host}/.insteadOf`]: `${scheme}${host}/` });
}

/** By the environment: arguments are there for all to see. Comes after the settings that are there already. */
function withSettings(
  env: Readonly<Record<string, string>>,
  settings: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const first = Number(env['GIT_CONFIG_COUNT'] ?? 0) || 0;
  const all = Object.entries(settings);
  const added = all.flatMap(([key, value], index): [string, string][] => [
    [`GIT_CONFIG_KEY_${first + index}`, key],
    [`GIT_CONFIG_VALUE_${first + index}`, value],
  ]);
  return { ...env, GIT_CONFIG_COUNT: `${first + all.length}`, ...Object.fromEntries(added) };
}

function ownEnvironment(keeps: (name: string) => boolean): Readonly<Record<string, string>> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined && keeps(name)) env[name] = value;
  }
  return env;
}
