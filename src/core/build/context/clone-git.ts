import { existsSync, lutimesSync, mkdirSync, readdirSync, realpathSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { GantryError } from '../../../base/gantry-error.ts';
import { withUrlLogin } from './git-environment.ts';
import { gitFailed, gitProgram } from './git-program.ts';
import { type GitUrl, parseGitUrl } from './git-url.ts';
import { withoutLogin } from './url-login.ts';

export interface CloneOptions {
  readonly keepGitDir: boolean;
  /** Environment of git: whose settings and logins it uses. */
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** As {@link checkOutGit}, from a URL as a user writes it. Rejects `invalid` / `bad-context` besides. */
export async function cloneGit(url: string, dir: string, options: CloneOptions): Promise<string> {
  const parsed = parseGitUrl(url);
  if (parsed === undefined) throw bad(`invalid git reference in ${withoutLogin(url)}`);
  return checkOutGit(parsed, dir, { ...options, env: withUrlLogin(options.env, parsed) });
}

/**
 * Checks a repository out, submodules too, into a new folder. Returns the folder that is meant. Everything in it is as
 * old as the commit: the same commit makes the same layer. Rejects `unavailable` / `no-git`, `git-failed`; `invalid` /
 * `bad-context`.
 */
export async function checkOutGit(source: GitUrl, dir: string, options: CloneOptions): Promise<string> {
  const { remote, ref = 'HEAD', folder } = source;
  mkdirSync(dir, { recursive: true, mode: 0o755 });
  const git = gitProgram(remote, { ...options, dir });
  await git.must('init', '-q');
  const shallow = await git.run('fetch', '-q', '--no-tags', '--depth=1', '--', remote, ref);
  if (shallow.status === 0) {
    await git.must('checkout', '-q', '--detach', 'FETCH_HEAD');
  } else if (/^[0-9a-f]{4,64}$/.test(ref)) {
    // Servers give single commits by their whole name at best.
    await git.must(
      ...['fetch', '-q', '--', remote],
      ...['+refs/heads/*:refs/remotes/origin/*', '+refs/tags/*:refs/tags/*'],
    );
    await git.must('checkout', '-q', '--detach', ref);
  } else {
    throw gitFailed(remote, 'fetch', shallow.stderr);
  }
  await git.must('remote', 'add', 'origin', '--', remote);
  if (existsSync(join(dir, '.gitmodules'))) {
    await git.must('submodule', '--quiet', 'update', '--init', '--recursive', '--depth=1');
  }
  const committedSeconds = Number(await git.must('log', '-1', '--format=%ct'));
  if (!options.keepGitDir) rmSync(join(dir, '.git'), { recursive: true, force: true });
  setTimes(dir, committedSeconds);
  return folderIn(dir, folder, remote);
}

function setTimes(dir: string, seconds: number): void {
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) setTimes(path, seconds);
    else lutimesSync(path, seconds, seconds);
  }
  lutimesSync(dir, seconds, seconds);
}

function folderIn(dir: string, folder: string, remote: string): string {
  const root = realpathSync(dir);
  try {
    const real = realpathSync(join(root, join('/', folder)));
    if ((real === root || real.startsWith(`${root}/`)) && statSync(real).isDirectory()) return real;
  } catch {
    // Said below.
  }
  throw bad(`there is no folder ${JSON.stringify(folder)} in ${withoutLogin(remote)}`);
}

function bad(message: string): GantryError {
  return new GantryError({ kind: 'invalid', code: 'bad-context', message });
}
