import { GantryError } from '../../../base/gantry-error.ts';
import type { GitProgram } from '../context/git-program.ts';
import type { GitUrl } from '../context/git-url.ts';
import { withoutLogin } from '../context/url-login.ts';

/** What a reference means in a repository now. */
export interface GitRevision {
  readonly commit: string;
  /** The annotated tag that names it. */
  readonly tag: string | undefined;
}

const wholeName = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/**
 * Asks a server what a branch, tag or HEAD is; a branch comes before a tag of its name. Whole commits are not asked
 * for. Rejects `not-found` / `no-such-git-ref`, `unavailable` / `git-failed`.
 */
export async function resolveGitRef(
  git: GitProgram,
  { remote, ref = 'HEAD' }: Pick<GitUrl, 'remote' | 'ref'>,
): Promise<GitRevision> {
  if (wholeName.test(ref)) return { commit: ref, tag: undefined };
  const found = new Map<string, string>();
  for (const line of (await git.must('ls-remote', '--', remote, ref, `${ref}^{}`)).split('\n')) {
    const [id = '', name = ''] = line.split('\t');
    if (wholeName.test(id)) found.set(name, id);
  }
  const short = ref.replace(/^refs\//, '');
  const heads = [ref, `refs/${short}`, `refs/heads/${short.replace(/^heads\//, '')}`];
  const tag = `refs/tags/${short.replace(/^tags\//, '')}`;
  for (const name of [...heads, tag]) {
    const id = found.get(name);
    if (id === undefined) continue;
    const commit = found.get(`${name}^{}`);
    return commit === undefined ? { commit: id, tag: undefined } : { commit, tag: id };
  }
  throw new GantryError({
    kind: 'not-found',
    code: 'no-such-git-ref',
    message: `repository ${withoutLogin(remote)} does not contain ref ${ref}`,
    hint: 'name a branch, a tag or a whole commit: URL#REF:FOLDER',
  });
}
