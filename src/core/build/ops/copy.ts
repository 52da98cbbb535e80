import { GantryError } from '../../../base/gantry-error.ts';
import { heredocText } from '../dockerfile/heredoc.ts';
import type { CopyInstruction } from '../dockerfile/instruction.ts';
import type { BuildSession } from '../solver/build-session.ts';
import { stepTime } from '../solver/build-session.ts';
import { cacheKey } from '../solver/cache-key.ts';
import type { Expander } from '../solver/expander.ts';
import type { Origin } from '../solver/origins.ts';
import type { StageState } from '../solver/stage-state.ts';
import type { StepWork } from '../solver/step-work.ts';
import { contentKey } from '../tree/content-key.ts';
import { KnownContents } from '../tree/known-contents.ts';
import { Pacer } from '../tree/pacer.ts';
import type { Selection } from '../tree/selection.ts';
import { TreeWriter } from '../tree/tree-writer.ts';
import { parseChown } from './accounts.ts';
import { extractArchives } from './add-archive.ts';
import { copyFiles, type InlineFile, meansFolder } from './copy-files.ts';
import { copyCreatedBy } from './created-by.ts';
import { type ModeChange, parseModeChange } from './file-mode.ts';
import { resolveSources } from './resolve-sources.ts';
import { unsupported } from './unsupported.ts';
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
  const { sources, exclude, parents, inline, destination, chown } = wanted;
  const name = instruction.kind.toUpperCase();
  const pacer = new Pacer(session.signal);
  const tree = origin === undefined ? session.context.tree : origin.tree();
  const contents = new KnownContents();
  let selected: Promise<readonly Selection[]> | undefined;
  const select = (): Promise<readonly Selection[]> => {
    const request = { instruction: name, tree, sources, exclude, parents, patterns: true };
    selected ??= resolveSources(request, pacer);
    return selected;
  };
  return {
    kind: 'layer',
    state,
    createdBy: copyCreatedBy({ ...instruction, chown, chmod: wanted.chmod }, sources, wanted.written),
    keys: copyKeys(session, state, inputs, wanted, { select, contents, pacer }),
    async write(target) {
      const writer = new TreeWriter(target.tree, target.upperDir, contents);
      const selections = await select();
      const total = selections.reduce((sum, { entries }) => sum + entries.length, 0);
      const plan = {
        instruction: name,
        selections,
        inline,
        destination,
        owner: chown === undefined ? undefined : parseChown(target.tree, chown),
        keepOwners: origin !== undefined && origin.folder === undefined,
        mode: wanted.mode,
        followLinks: !instruction.link,
        nowSeconds: Math.floor(stepTime(session).getTime() / 1000),
        onProgress: (done: number) =>
          session.emit({ kind: 'progress', vertex, label: 'files', done, total }, `${vertex} files`),
      };
      const mayUnpack = instruction.kind === 'add' && instruction.unpack !== false;
      const extracting = { ...target, writer, pacer, signal: session.signal };
      const rest = mayUnpack ? await extractArchives(plan, extracting) : plan;
      await copyFiles(rest, target.tree, writer, pacer);
      writer.finish();
      return true;
    },
  };
}

/** The instruction with everything expanded. */
interface ReadCopy {
  readonly sources: readonly string[];
  readonly exclude: readonly string[];
  readonly parents: boolean;
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
  refuseRemote(instruction, expand);
  const written = expand.word(instruction.destination);
  const chmod = instruction.chmod && expand.word(instruction.chmod);
  return {
    sources: instruction.sources.map((source) => expand.word(source)),
    exclude: instruction.exclude.map((pattern) => expand.word(pattern)),
    parents: instruction.parents,
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
  { sources, exclude, parents, inline, destination, chown, chmod }: ReadCopy,
  {
    select,
    contents,
    pacer,
  }: {
    readonly select: () => Promise<readonly Selection[]>;
    readonly contents: KnownContents;
    readonly pacer: Pacer;
  },
): readonly (() => Promise<string> | string)[] {
  const facts = {
    below: state.chainId ?? null,
    add: instruction.kind === 'add',
    unpack: instruction.unpack ?? null,
    destination,
    chown: chown ?? null,
    chmod: chmod ?? null,
    link: instruction.link,
    inline,
    epoch: inline.length > 0 ? (session.epochSeconds ?? null) : null,
  };
  const what = { sources, exclude, parents };
  if (origin !== undefined && origin.folder === undefined) {
    return [
      () => cacheKey('copy-from', { ...facts, ...what, from: origin.chainId ?? null }),
      async () => {
        const how = { owners: true, digest: contents.digest, pacer };
        return cacheKey('copy', { ...facts, content: await contentKey(await select(), how) });
      },
    ];
  }
  const { context } = session;
  const viewName = `${origin?.folder ?? context.name}\0${JSON.stringify(what)}`;
  return [
    async () => {
      const content =
        sources.length === 0 ? null : await context.digests.key(viewName, await select(), contents, pacer);
      return cacheKey('copy', { ...facts, content });
    },
  ];
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

/** What comes from elsewhere than the context or an image. */
function refuseRemote(instruction: CopyInstruction, expand: Expander): void {
  const { kind, position } = instruction;
  for (const source of instruction.sources.map((text) => expand.word(text))) {
    const isUrl = /^(?:https?|ftp):\/\//i.test(source);
    const isGit =
      /^git@|^(?:git|ssh):\/\/|^github\.com\//.test(source) || (isUrl && /\.git(?:#.*)?$/.test(source));
    if (!isUrl && !isGit) continue;
    const what = `${kind.toUpperCase()} of ${isGit ? 'a git repository' : 'a URL'}`;
    const hint = isGit
      ? 'clone it beside the Dockerfile and COPY it, or fetch it in a RUN'
      : 'download it beside the Dockerfile and COPY it, or fetch it in a RUN';
    throw unsupported(`${what} (${source})`, position, hint);
  }
  if (instruction.checksum !== undefined) {
    throw new GantryError({
      kind: 'invalid',
      code: 'bad-checksum',
      message: 'checksum requires HTTP(S) or Git sources',
      details: { position },
    });
  }
}
