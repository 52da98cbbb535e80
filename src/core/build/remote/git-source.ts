import { GantryError } from '../../../base/gantry-error.ts';
import { checkOutGit } from '../context/clone-git.ts';
import { strictGitEnvironment, withUrlLogin } from '../context/git-environment.ts';
import { gitProgram } from '../context/git-program.ts';
import { type GitUrl, parseGitUrl } from '../context/git-url.ts';
import type { IgnorePattern } from '../context/ignore-patterns.ts';
import { withoutLogin } from '../context/url-login.ts';
import type { BuildSession } from '../solver/build-session.ts';
import { LayeredTree } from '../tree/layered-tree.ts';
import { Pacer } from '../tree/pacer.ts';
import { selectEntries } from '../tree/selection.ts';
import { followGitRedirect } from './follow-git-redirect.ts';
import { gitLogin } from './git-login.ts';
import type { RemoteSource } from './remote-source.ts';
import { type GitRevision, resolveGitRef } from './resolve-git-ref.ts';

export interface GitSourceOptions {
  readonly url: string;
  readonly keepGitDir: boolean;
  /** `--checksum`: how the commit must begin. */
  readonly checksum: string | undefined;
  readonly exclude: readonly IgnorePattern[];
}

/** The files of a git repository at a commit, or of a folder of it; known by the commit, which is asked for alone. */
export function gitSource(session: BuildSession, options: GitSourceOptions): RemoteSource {
  const { url, keepGitDir, checksum, exclude } = options;
  const parsed = parseGitUrl(url);
  if (parsed === undefined) {
    throw new GantryError({
      kind: 'invalid',
      code: 'bad-git-url',
      message: `invalid git reference in ${withoutLogin(url)}`,
    });
  }
  const { signal } = session;
  const login = gitLogin(session, parsed.remote);
  const env = withUrlLogin(strictGitEnvironment(login), parsed);
  const locate = async (): Promise<GitUrl> => {
    const { header } = login;
    if (header === undefined) return parsed;
    const remote = await followGitRedirect(await session.downloads(), parsed.remote, header, signal);
    return { ...parsed, remote: remote ?? parsed.remote };
  };
  let located: Promise<GitUrl> | undefined;
  const ask = async (): Promise<GitRevision> => {
    located ??= locate();
    const revision = await resolveGitRef(gitProgram(url, { env, signal }), await located);
    if (checksum === undefined || isOf(revision, checksum)) return revision;
    throw new GantryError({
      kind: 'corrupt',
      code: 'checksum-mismatch',
      message: `expected checksum to match ${checksum}, got ${revision.commit}`,
      hint: `${withoutLogin(url)} has moved, or --checksum is wrong`,
    });
  };
  let asked: Promise<GitRevision> | undefined;

  return {
    async facts() {
      asked ??= ask();
      const { commit } = await asked;
      return { git: withoutLogin(parsed.remote), commit, folder: parsed.folder, keepGitDir };
    },
    async fetch() {
      asked ??= ask();
      const { commit } = await asked;
      const dir = (await session.workspace()).scratchDir();
      const folder = await checkOutGit({ ...(await (located ?? locate())), ref: commit }, dir, {
        keepGitDir,
        env,
        signal,
      });
      const tree = new LayeredTree(
        { kind: 'folder', folder, lower: [], upper: undefined, work: undefined },
        'repository',
      );
      const root = tree.lookup('');
      if (root === undefined) throw new Error('a folder that was just made is gone');
      return selectEntries(tree, root, '', exclude, new Pacer(signal));
    },
  };
}

function isOf({ commit, tag }: GitRevision, checksum: string): boolean {
  return checksum !== '' && (commit.startsWith(checksum) || tag?.startsWith(checksum) === true);
}
