import { GantryError } from '../../../base/gantry-error.ts';
import { withoutLogin } from '../context/url-login.ts';
import { heredocText } from '../dockerfile/heredoc.ts';
import type { CopyInstruction } from '../dockerfile/instruction.ts';
import { remoteKind } from '../remote/remote-source.ts';
import type { BuildSession } from '../solver/build-session.ts';
import { stepTime } from '../solver/build-session.ts';
import { cacheKey } from '../solver/cache-key.ts';
import type { Expander } from '../solver/expander.ts';
import type { Origin } from '../solver/origins.ts';
import type { StageState } from '../solver/stage-state.ts';
import type { StepWork } from '../solver/step-work.ts';
import { contentKey, keyOfKnown } from '../tree/content-key.ts';
import { KnownContents } from '../tree/known-contents.ts';
import { Pacer } from '../tree/pacer.ts';
import { TreeWriter } from '../tree/tree-writer.ts';
import { parseChown } from './accounts.ts';
import { extractArchives } from './add-archive.ts';
import { copyFiles, type InlineFile, meansFolder } from './copy-files.ts';
import { type CopySources, copySources } from './copy-sources.ts';
import { copyCreatedBy } from './created-by.ts';
import { type ModeChange, parseModeChange } from './file-mode.ts';
import { checkSources } from './remote-sources.ts';
import { absolutePath } from './workdir.ts';

export interface CopyInputs {
  readonly instruction: CopyInstruction;
  readonly expand: Expander;
  readonly vertex: string;
  /** What `--from` means, already solved; undefined: the build context. */
  readonly origin: Origin | undefined;
}

/** COPY and ADD. */
export function prepareCopy(session: BuildSession, state: StageState, inputs: CopyInputs): StepWork {
  const { instruction, vertex, origin } = inputs;
  const wanted = readCopy(state, inputs);
  const { inline, destination, chown, chmod } = wanted;
  const pacer = new Pacer(session.signal);
  const contents = new KnownContents();
  const tree = () => (origin === undefined ? session.context.tree : origin.tree());
  const sources = copySources(session, { ...wanted, instruction, tree, vertex, pacer });
  const shown = wanted.sources.map((source) =>
    remoteKind(source) === undefined ? source : withoutLogin(source),
  );
  return {
    kind: 'layer',
    state,
    createdBy: copyCreatedBy({ ...instruction, chown, chmod }, shown, wanted.written),
    ...copyKeys(session, state, inputs, wanted, { sources, contents, pacer }),
    async write(target) {
      const writer = new TreeWriter(target.tree, target.upperDir, contents);
      const { selections, archives } = await sources.bring();
      const total = selections.reduce((sum, { entries }) => sum + entries.length, 0);
      const plan = {
        instruction: instruction.kind.toUpperCase(),
        selections,
        inline,
        destination,
        owner: chown === undefined ? undefined : parseChown(target.tree, chown),
        keepOwners: origin !== undefined && origin.folder === undefined,
        mode: wanted.mode,
        followLinks: !instruction.link,
        contents,
        nowSeconds: Math.floor(stepTime(session).getTime() / 1000),
        wrote: target.wrote,
        folderDone: target.folderDone,
        onProgress: (done: number) =>
          session.emit({ kind: 'progress', vertex, label: 'files', done, total }, `${vertex} files`),
      };
      const extracting = { tree: target.tree, writer, archives, pacer };
      await copyFiles(await extractArchives(plan, extracting), target.tree, writer, pacer);
      writer.finish();
      return true;
    },
  };
}

/** The instruction with everything expanded. */
interface ReadCopy {
  readonly sources: readonly string[];
  readonly checksum: string | undefined;
  readonly exclude: readonly string[];
  readonly inline: readonly InlineFile[];
  /** As written, for the history. */
  readonly written: string;
  /** Absolute, with a slash at the end where a folder is meant. */
  readonly destination: string;
  readonly chown: string | undefined;
  readonly chmod: string | undefined;
  readonly mode: ModeChange | undefined;
}

function readCopy(state: StageState, { instruction, expand }: CopyInputs): ReadCopy {
  const sources = instruction.sources.map((source) => expand.word(source));
  checkSources(instruction, sources, instruction.checksum);
  const written = expand.word(instruction.destination);
  const chmod = instruction.chmod && expand.word(instruction.chmod);
  return {
    sources,
    checksum: instruction.checksum && expand.word(instruction.checksum),
    exclude: instruction.exclude.map((pattern) => expand.word(pattern)),
    inline: instruction.inline.map((heredoc) => ({
      name: heredoc.name,
      data: heredoc.expand ? expand.body(heredocText(heredoc)) : heredocText(heredoc),
    })),
    written,
    destination: absolutePath(state, written) + (meansFolder(written) ? '/' : ''),
    chown: instruction.chown && expand.word(instruction.chown),
    chmod,
    mode: readMode(chmod, instruction),
  };
}

/** From the context: by content. From a stage: by its layers, which are known at once, then by content. */
function copyKeys(
  session: BuildSession,
  state: StageState,
  { instruction, origin }: CopyInputs,
  { exclude, inline, destination, chown, chmod }: ReadCopy,
  {
    sources,
    contents,
    pacer,
  }: {
    readonly sources: CopySources;
    readonly contents: KnownContents;
    readonly pacer: Pacer;
  },
): Pick<Extract<StepWork, { kind: 'layer' }>, 'keys' | 'keyNow' | 'definedKey' | 'takesFromStages'> {
  const below = state.chainId ?? null;
  const factsOn = (below: string | null) => ({
    below,
    add: instruction.kind === 'add',
    unpack: instruction.unpack ?? null,
    destination,
    chown: chown ?? null,
    chmod: chmod ?? null,
    link: instruction.link,
    inline,
    epoch: session.epochSeconds ?? null,
  });
  const what = { sources: sources.paths, exclude, parents: instruction.parents };
  if (origin !== undefined && origin.folder === undefined) {
    const keyFrom = (below: string | null, from: string | null): string =>
      cacheKey('copy-from', { ...factsOn(below), ...what, from });
    const keys = [
      () => keyFrom(below, origin.chainId ?? null),
      async () => {
        const how = { owners: true, contents, pacer };
        return cacheKey('copy', {
          ...factsOn(below),
          content: await contentKey(await sources.local(), how),
        });
      },
    ];
    const { definition } = origin;
    const definedKey = (below: string) => (definition === undefined ? undefined : keyFrom(below, definition));
    return { keys, definedKey, takesFromStages: true };
  }
  const { context } = session;
  const viewName = `${origin?.folder ?? context.name}\0${JSON.stringify(what)}`;
  const read = async (content: () => Promise<string>) => {
    const remote = await sources.remoteFacts();
    return { remote, content: sources.paths.length === 0 ? null : await content() };
  };
  const keyWith = (below: string | null, { remote, content }: Awaited<ReturnType<typeof read>>): string =>
    cacheKey('copy', { ...factsOn(below), content, ...(remote && { remote, exclude }) });
  let listed: ReturnType<typeof read> | undefined;
  const listedKey = async (below: string | null): Promise<string> => {
    listed ??= read(async () => context.digests.key(viewName, await sources.local(), contents, pacer));
    return keyWith(below, await listed);
  };
  return {
    keys: [() => listedKey(below)],
    definedKey: (below) => (contents.hasDrifted ? undefined : listedKey(below)),
    takesFromStages: false,
    async keyNow() {
      if (!contents.hasDrifted) return undefined;
      const how = { owners: false, contents, pacer };
      return keyWith(below, await read(async () => keyOfKnown(await sources.local(), how)));
    },
  };
}

function readMode(text: string | undefined, { position }: CopyInstruction): ModeChange | undefined {
  if (text === undefined) return undefined;
  const mode = parseModeChange(text);
  if (mode !== undefined) return mode;
  throw new GantryError({
    kind: 'invalid',
    code: 'bad-chmod',
    message: `invalid chmod parameter: '${text}'. it should be octal string and between 0 and 07777`,
    hint: 'or as chmod takes it: u=rwX,go=rX',
    details: { position },
  });
}
