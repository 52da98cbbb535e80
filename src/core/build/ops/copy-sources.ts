import type { CopyInstruction } from '../dockerfile/instruction.ts';
import { remoteKind } from '../remote/remote-source.ts';
import type { BuildSession } from '../solver/build-session.ts';
import type { FileTree } from '../tree/file-tree.ts';
import type { Pacer } from '../tree/pacer.ts';
import type { Selection } from '../tree/selection.ts';
import { type RemoteSources, remoteSources } from './remote-sources.ts';
import { resolveSources } from './resolve-sources.ts';

/** The sources of one COPY or ADD, each looked for when it is first asked for. */
export interface CopySources {
  /** Those that are paths, as they were written. */
  readonly paths: readonly string[];
  local(): Promise<readonly Selection[]>;
  /** What the content of the others depends on, in their places. Undefined: there are no others. */
  remoteFacts(): Promise<readonly unknown[] | undefined>;
  /** All of them here, in their order, and which of them are to be unpacked if they are archives. */
  bring(): Promise<{ readonly selections: readonly Selection[]; readonly archives: ReadonlySet<Selection> }>;
}

export interface CopySourcesInput {
  readonly instruction: CopyInstruction;
  /** Expanded. */
  readonly sources: readonly string[];
  readonly exclude: readonly string[];
  readonly checksum: string | undefined;
  readonly tree: () => FileTree;
  readonly vertex: string;
  readonly pacer: Pacer;
}

export function copySources(session: BuildSession, input: CopySourcesInput): CopySources {
  const { instruction, sources, exclude, tree, pacer } = input;
  const { kind, parents } = instruction;
  const paths = sources.filter((source) => remoteKind(source) === undefined);
  const found = new Map<string, Promise<readonly Selection[]>>();
  const resolve = (source: string): Promise<readonly Selection[]> => {
    const request = { instruction: kind.toUpperCase(), tree: tree(), exclude, parents, patterns: true };
    const selections = found.get(source) ?? resolveSources({ ...request, sources: [source] }, pacer);
    found.set(source, selections);
    return selections;
  };
  let remotes: Promise<RemoteSources> | undefined;
  const open = (): Promise<RemoteSources> => {
    remotes ??= remoteSources(session, input);
    return remotes;
  };
  const hasRemotes = paths.length < sources.length;

  return {
    paths,
    async local() {
      const selections: Selection[] = [];
      for (const source of paths) selections.push(...(await resolve(source)));
      return selections;
    },
    async remoteFacts() {
      if (!hasRemotes) return undefined;
      return Promise.all((await open()).map((remote) => remote?.facts() ?? null));
    },
    async bring() {
      if (!hasRemotes) {
        const selections = await this.local();
        return { selections, archives: new Set(isUnpacked(instruction, '') ? selections : []) };
      }
      const archives = new Set<Selection>();
      const selections: Selection[] = [];
      for (const [index, remote] of (await open()).entries()) {
        const source = sources[index] as string;
        const brought = remote === undefined ? await resolve(source) : [await remote.fetch()];
        selections.push(...brought);
        if (isUnpacked(instruction, source)) for (const one of brought) archives.add(one);
      }
      return { selections, archives };
    },
  };
}

/** Archives of the context are unpacked unless told otherwise, those from servers when told so. */
function isUnpacked({ kind, unpack }: CopyInstruction, source: string): boolean {
  if (kind === 'copy') return false;
  const usual = remoteKind(source) === undefined;
  return remoteKind(source) !== 'git' && (unpack ?? usual);
}
