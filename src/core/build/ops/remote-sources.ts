import { GantryError } from '../../../base/gantry-error.ts';
import { withoutLogin } from '../context/url-login.ts';
import type { CopyInstruction } from '../dockerfile/instruction.ts';
import { type RemoteSource, remoteKind } from '../remote/remote-source.ts';
import type { BuildSession } from '../solver/build-session.ts';
import { readExclude } from './resolve-sources.ts';

export interface RemoteSourcesInput {
  readonly instruction: CopyInstruction;
  /** All sources, expanded. */
  readonly sources: readonly string[];
  readonly exclude: readonly string[];
  /** Expanded. */
  readonly checksum: string | undefined;
  readonly vertex: string;
}

/** The remote ones of the sources of ADD, in their places; undefined: paths. */
export type RemoteSources = readonly (RemoteSource | undefined)[];

/** Opens what ADD takes from servers. Throws `invalid` for remote sources of COPY and for a checksum of anything else. */
export async function remoteSources(
  session: BuildSession,
  { instruction, sources, exclude, checksum, vertex }: RemoteSourcesInput,
): Promise<RemoteSources> {
  const { keepGitDir } = instruction;
  const patterns = exclude.map((text) => readExclude('ADD', text));
  return Promise.all(
    sources.map(async (url) => {
      switch (remoteKind(url)) {
        case 'http': {
          const { httpSource } = await import('../remote/http-source.ts');
          return httpSource(session, { url, checksum, exclude: patterns, vertex });
        }
        case 'git': {
          const { gitSource } = await import('../remote/git-source.ts');
          return gitSource(session, { url, keepGitDir, checksum, exclude: patterns });
        }
        case undefined:
          return undefined;
      }
    }),
  );
}

/** BuildKit's rules for which instruction may take what from where. Throws `invalid`. */
export function checkSources(
  { kind, position }: Pick<CopyInstruction, 'kind' | 'position'>,
  sources: readonly string[],
  checksum: string | undefined,
): void {
  const remote = sources.find((source) => remoteKind(source) !== undefined);
  const refuse = (code: string, message: string, hint?: string): GantryError =>
    new GantryError({ kind: 'invalid', code, message, hint, details: { position } });
  if (kind === 'copy' && remote !== undefined) {
    const what = remoteKind(remote) === 'git' ? 'git ref' : 'URL';
    throw refuse('remote-copy', `source can't be a ${what} for COPY`, `ADD ${withoutLogin(remote)} does it`);
  }
  if (checksum === undefined) return;
  if (sources.length !== 1) {
    throw refuse('bad-checksum', "checksum can't be specified for multiple sources");
  }
  if (remote === undefined) throw refuse('bad-checksum', 'checksum requires HTTP(S) or Git sources');
}
