import { GantryError } from '../../../base/gantry-error.ts';
import { heredocText } from '../dockerfile/heredoc.ts';
import type { CopyInstruction } from '../dockerfile/instruction.ts';
import type { BuildSession } from '../solver/build-session.ts';
import { stepTime } from '../solver/build-session.ts';
import { cacheKey } from '../solver/cache-key.ts';
import type { Expander } from '../solver/expander.ts';
import { type Origin, stageTree } from '../solver/origins.ts';
import type { StageState } from '../solver/stage-state.ts';
import type { StepWork } from '../solver/step-work.ts';
import { contentKey } from '../tree/content-key.ts';
import { fileDigest } from '../tree/file-digest.ts';
import { Pacer } from '../tree/pacer.ts';
import type { Selection } from '../tree/selection.ts';
import { TreeWriter } from '../tree/tree-writer.ts';
import { parseChown } from './accounts.ts';
import { extractArchives } from './add-archive.ts';
import { copyFiles, meansFolder } from './copy-files.ts';
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
  const { instruction, expand, vertex, origin } = inputs;
  refuseRemote(instruction, expand);
  const sources = instruction.sources.map((source) => expand.word(source));
  const exclude = instruction.exclude.map((pattern) => expand.word(pattern));
  const inline = instruction.inline.map((heredoc) => ({
    name: heredoc.name,
    data: heredoc.expand ? expand.body(heredocText(heredoc)) : heredocText(heredoc),
  }));
  const written = expand.word(instruction.destination);
  const destination = absolutePath(state, written) + (meansFolder(written) ? '/' : '');
  const chown = instruction.chown && expand.word(instruction.chown);
  const chmod = instruction.chmod && expand.word(instruction.chmod);
  const mode = readMode(chmod, instruction);
  const name = instruction.kind.toUpperCase();
  const pacer = new Pacer(session.signal);

  const tree = origin === undefined ? session.context.tree : stageTree(session, origin.state, origin.name);
  let selected: Promise<readonly Selection[]> | undefined;
  const select = (): Promise<readonly Selection[]> => {
    const { parents } = instruction;
    selected ??= resolveSources(
      { instruction: name, tree, sources, exclude, parents, patterns: true },
      pacer,
    );
    return selected;
  };
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
  const what = { sources, exclude, parents: instruction.parents };
  const fromContext = async (): Promise<string> => {
    const viewName = `${session.context.name}\0${JSON.stringify(what)}`;
    return cacheKey('copy', {
      ...facts,
      content:
        sources.length === 0 ? null : await session.context.digests.key(viewName, await select(), pacer),
    });
  };
  const fromLayers = (): string =>
    cacheKey('copy-from', { ...facts, ...what, from: origin?.state.chainId ?? null });
  const fromContent = async (): Promise<string> =>
    cacheKey('copy', {
      ...facts,
      content: await contentKey(await select(), { owners: true, digest: fileDigest, pacer }),
    });

  return {
    kind: 'layer',
    state,
    createdBy: copyCreatedBy({ ...instruction, chown, chmod }, sources, written),
    keys: origin === undefined ? [fromContext] : [fromLayers, fromContent],
    async write(target) {
      const writer = new TreeWriter(target.tree, target.upperDir);
      const selections = await select();
      const total = selections.reduce((sum, { entries }) => sum + entries.length, 0);
      const plan = {
        instruction: name,
        selections,
        inline,
        destination,
        owner: chown === undefined ? undefined : parseChown(target.tree, chown),
        keepOwners: origin !== undefined,
        mode,
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
