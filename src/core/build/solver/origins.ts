import { GantryError } from '../../../base/gantry-error.ts';
import type { SourcePosition } from '../../../engine/builds.ts';
import { openNamedFolder } from '../context/open-context.ts';
import type { CopyInstruction, RunInstruction } from '../dockerfile/instruction.ts';
import type { OciLayout } from '../graph/named-contexts.ts';
import { noStageEither } from '../graph/no-stage-either.ts';
import { findOrigin } from '../graph/origins-of.ts';
import type { EarlierStages } from '../graph/stage-names.ts';
import type { FileTree } from '../tree/file-tree.ts';
import { LayeredTree } from '../tree/layered-tree.ts';
import type { BuildSession } from './build-session.ts';
import type { StageState } from './stage-state.ts';

export interface Origin {
  readonly name: string;
  readonly tree: () => FileTree;
  /** Of a stage or image: its layers. */
  readonly chainId: string | undefined;
  /** Of a stage or image: by which steps these are made; see `StageState`. */
  readonly definition: string | undefined;
  /** Of a named context: its folder, whose files belong to nobody and are known by their content alone. */
  readonly folder: string | undefined;
}

/** Where the steps of one stage take files from: earlier stages and images. */
export interface Origins {
  /** Undefined: the build context. */
  ofCopy(instruction: CopyInstruction): Promise<Origin | undefined>;
  /** All that the mounts of a RUN name, to be asked for by name. */
  ofRun(instruction: RunInstruction): Promise<(from: string) => Origin>;
}

export interface OriginSolvers {
  /** Names and numbers of the stages before this one. */
  readonly earlier: EarlierStages;
  readonly stage: (index: number) => Promise<StageState>;
  readonly image: (reference: string) => Promise<StageState>;
  readonly layout: (layout: OciLayout) => Promise<StageState>;
}

export function makeOrigins(session: BuildSession, solvers: OriginSolvers): Origins {
  const imageOf = (reference: string): Promise<StageState> =>
    solvers.image(reference).catch((error: unknown) => {
      throw noStageEither(error, reference, solvers.earlier, { any: true });
    });
  const solve = async (name: string, position: SourcePosition): Promise<Origin> => {
    const origin = findOrigin(name, solvers.earlier);
    if (origin === undefined) {
      throw new GantryError({
        kind: 'invalid',
        code: 'no-such-stage',
        message: `invalid from flag value ${name}: there is no earlier stage of that number`,
        details: { position },
      });
    }
    switch (origin.kind) {
      case 'stage':
        return layered(session, await solvers.stage(origin.index), `stage ${name}`);
      case 'image':
        return layered(session, await imageOf(origin.reference), `image ${name}`);
      case 'layout':
        return layered(session, await solvers.layout(origin), `context ${name}`);
      case 'folder':
        return folderOrigin(session, name, origin.dir);
      case 'remote':
        return folderOrigin(session, name, await session.fetch(origin.url));
    }
  };
  return {
    ofCopy: async ({ from, position }) => (from === undefined ? undefined : solve(from, position)),
    async ofRun({ mounts, position }) {
      const names = mounts.flatMap((mount) => /(?:^|,)"?from=([^",]+)/i.exec(mount)?.[1] ?? []);
      const solved = new Map<string, Origin>();
      for (const name of names) solved.set(name, await solve(name, position));
      return (from) => solved.get(from) as Origin;
    },
  };
}

/** A folder of this machine as its .dockerignore leaves it. */
export function folderOrigin({ services }: BuildSession, name: string, dir: string): Origin {
  const { tree, name: folder } = openNamedFolder(dir, services.dirs);
  return { name: `context ${name}`, tree: () => tree, chainId: undefined, definition: undefined, folder };
}

function layered(session: BuildSession, state: StageState, name: string): Origin {
  const { chainId, definition } = state;
  return { name, tree: () => stageTree(session, state, name), chainId, definition, folder: undefined };
}

/** The files of a stage or image, to be read. A stage without any is an empty folder nowhere on the disk. */
function stageTree(session: BuildSession, { chainId }: StageState, name: string): FileTree {
  if (chainId !== undefined) return new LayeredTree(session.services.snapshots.mountPlan(chainId), name);
  throw new GantryError({
    kind: 'not-found',
    code: 'source-not-found',
    message: `${name} has no files`,
    hint: 'it is a stage from scratch into which nothing was copied',
  });
}
