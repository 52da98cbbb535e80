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
  return {
    ...ownEnvironment((name) => impersonal.test(name)),
    HOME: '/nonexistent',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ALLOW_PROTOCOL: 'git:http:https:ssh',
    GIT_SSH_COMMAND: 'ssh -F none -o BatchMode=yes -o IdentityFile=none',
    ...(agent === undefined ? {} : { SSH_AUTH_SOCK: agent }),
    // By the environment: arguments are there for all to see.
    ...(header === undefined
      ? {}
      : {
          GIT_CONFIG_COUNT: '1',
          GIT_CONFIG_KEY_0: `http.${header.origin}/.extraheader`,
          GIT_CONFIG_VALUE_0: `Authorization: ${header.value}`,
        }),
  };
}

function ownEnvironment(keeps: (name: string) => boolean): Readonly<Record<string, string>> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined && keeps(name)) env[name] = value;
  }
  return env;
}
