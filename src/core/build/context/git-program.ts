import { GantryError } from '../../../base/gantry-error.ts';
import { findBinary } from '../../host/find-binary.ts';
import { type CommandResult, runCommand } from '../../host/run-command.ts';
import { withoutLogin } from './url-login.ts';

export interface GitOptions {
  /** Where a repository is, or will be; undefined: git is only to ask others. */
  readonly dir?: string | undefined;
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** The host's git at work for one repository: nobody is asked for anything, no hook runs. */
export interface GitProgram {
  run(...args: readonly string[]): Promise<CommandResult>;
  /** What it prints. Rejects `unavailable` / `git-failed`. */
  must(...args: readonly string[]): Promise<string>;
}

/** `url` is for messages. Files it writes are 0644 or 0755, whatever our umask. Throws `unavailable` / `no-git`. */
export function gitProgram(url: string, { dir, env, signal }: GitOptions): GitProgram {
  const git = findBinary('git');
  if (git === undefined) {
    throw new GantryError({
      kind: 'unavailable',
      code: 'no-git',
      message: `git is needed to build from ${withoutLogin(url)}`,
      hint: 'On Debian or Ubuntu: apt-get install git',
    });
  }
  const place = dir === undefined ? {} : { GIT_DIR: `${dir}/.git`, GIT_WORK_TREE: dir };
  const run = (...args: readonly string[]): Promise<CommandResult> =>
    runCommand({
      argv: ['/bin/sh', '-c', 'umask 022; exec "$@"', 'sh', git, '-c', 'core.hooksPath=/dev/null', ...args],
      cwd: dir ?? '/',
      env: { ...env, GIT_TERMINAL_PROMPT: '0', ...place },
      signal,
    });
  return {
    run,
    async must(...args) {
      const { status, stdout, stderr } = await run(...args);
      if (status !== 0) throw gitFailed(url, args[0] as string, stderr);
      return stdout;
    },
  };
}

const reason = /^(?:fatal|error|ssh): |Permission denied|Host key/;
/** What git's commands are called in a sentence, where it is not what they do. */
const verbs: Readonly<Record<string, string>> = {
  'ls-remote': 'read the refs of',
  init: 'make a repository for',
  checkout: 'check out',
  remote: 'name the remote of',
  submodule: 'fetch the submodules of',
  log: 'read the log of',
};

/** `what`: the command of git that failed. */
export function gitFailed(url: string, what: string, stderr: string): GantryError {
  const lines = stderr.trim().split('\n');
  // What comes after the first of these only says what became of it.
  const said = lines.find((line) => reason.test(line)) ?? lines.at(-1) ?? '';
  const redirected = /returned error: 30[1-8]$/.test(said);
  return new GantryError({
    kind: 'unavailable',
    code: 'git-failed',
    message: `unable to ${verbs[what] ?? what} ${withoutLogin(url)}: ${withoutLogin(said)}`,
    hint: redirected
      ? 'a login is not taken along when a server redirects: name where the repository is now'
      : undefined,
  });
}
