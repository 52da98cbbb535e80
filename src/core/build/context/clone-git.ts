import { existsSync, mkdirSync, realpathSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { GantryError } from '../../../base/gantry-error.ts';
import { findBinary } from '../../host/find-binary.ts';
import { type CommandResult, runCommand } from '../../host/run-command.ts';
import { parseGitUrl } from './git-url.ts';

export interface CloneOptions {
  readonly keepGitDir: boolean;
  readonly signal: AbortSignal;
}

/**
 * Checks a repository out, submodules too, with the host's git and its user's settings; nobody is asked for anything.
 * Returns the folder that is meant. Files are 0644 or 0755, whatever our umask. Rejects `unavailable` / `no-git`,
 * `git-failed`; `invalid` / `bad-context`.
 */
export async function cloneGit(url: string, dir: string, options: CloneOptions): Promise<string> {
  const parsed = parseGitUrl(url);
  if (parsed === undefined) throw bad(`invalid git reference in ${shown(url)}`);
  const { remote, ref = 'HEAD', folder } = parsed;
  const git = findBinary('git');
  if (git === undefined) {
    throw new GantryError({
      kind: 'unavailable',
      code: 'no-git',
      message: `git is needed to build from ${shown(url)}`,
      hint: 'On Debian or Ubuntu: apt-get install git',
    });
  }
  mkdirSync(dir, { recursive: true, mode: 0o755 });
  const run = (...args: readonly string[]): Promise<CommandResult> =>
    runCommand({
      argv: ['/bin/sh', '-c', 'umask 022; exec "$@"', 'sh', git, '-c', 'core.hooksPath=/dev/null', ...args],
      cwd: dir,
      env: { ...definedEnv(), GIT_TERMINAL_PROMPT: '0', GIT_DIR: join(dir, '.git'), GIT_WORK_TREE: dir },
      signal: options.signal,
    });
  const must = async (...args: readonly string[]): Promise<void> => {
    const { status, stderr } = await run(...args);
    if (status !== 0) throw failed(url, args[0] as string, stderr);
  };
  await must('init', '-q');
  const fetchArgs = ['fetch', '-q', '--no-tags', '--depth=1', '--', remote];
  const shallow = await run(...fetchArgs, ref);
  if (shallow.status === 0) {
    await must('checkout', '-q', '--detach', 'FETCH_HEAD');
  } else if (/^[0-9a-f]{4,64}$/.test(ref)) {
    // Servers give single commits by their whole name at best.
    await must(
      'fetch',
      '-q',
      '--',
      remote,
      '+refs/heads/*:refs/remotes/origin/*',
      '+refs/tags/*:refs/tags/*',
    );
    await must('checkout', '-q', '--detach', ref);
  } else {
    throw failed(url, 'fetch', shallow.stderr);
  }
  if (existsSync(join(dir, '.gitmodules'))) {
    await must('remote', 'add', 'origin', '--', remote);
    await must('submodule', '--quiet', 'update', '--init', '--recursive', '--depth=1');
  }
  if (!options.keepGitDir) rmSync(join(dir, '.git'), { recursive: true, force: true });
  return folderIn(dir, folder, url);
}

function folderIn(dir: string, folder: string, url: string): string {
  const root = realpathSync(dir);
  try {
    const real = realpathSync(join(root, join('/', folder)));
    if ((real === root || real.startsWith(`${root}/`)) && statSync(real).isDirectory()) return real;
  } catch {
    // Said below.
  }
  throw bad(`there is no folder ${JSON.stringify(folder)} in ${shown(url)}`);
}

function definedEnv(): Readonly<Record<string, string>> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    // Those would point git at another repository than ours.
    if (value !== undefined && !/^GIT_(?:DIR|WORK_TREE|INDEX_FILE|OBJECT_DIRECTORY|COMMON_DIR)$/.test(name)) {
      env[name] = value;
    }
  }
  return env;
}

function failed(url: string, what: string, stderr: string): GantryError {
  const said = stderr.trim().split('\n').at(-1) ?? '';
  return new GantryError({
    kind: 'unavailable',
    code: 'git-failed',
    message: `unable to ${what} ${shown(url)}: ${said.replaceAll(/(\w+:\/\/)[^/@\s]*@/g, '$1')}`,
  });
}

/** Without a password. */
function shown(url: string): string {
  return url.replace(/^(\w+:\/\/)[^/@]*@/, '$1');
}

function bad(message: string): GantryError {
  return new GantryError({ kind: 'invalid', code: 'bad-context', message });
}
