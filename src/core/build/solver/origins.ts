import { GantryError } from '../../../base/gantry-error.ts';
import type { SourcePosition } from '../../../engine/builds.ts';
import type { CopyInstruction, RunInstruction } from '../dockerfile/instruction.ts';
import { noStageEither } from '../graph/no-stage-either.ts';
import { findOrigin } from '../graph/origins-of.ts';
import type { EarlierStages } from '../graph/stage-names.ts';
import type { FileTree } from '../tree/file-tree.ts';
import { LayeredTree } from '../tree/layered-tree.ts';
import type { BuildSession } from './build-session.ts';
import type { StageState } from './stage-state.ts';

export interface Origin {
  readonly state: StageState;
  readonly name: string;
}

/** Where the steps of one stage take files from: earlier stages and images. */
export interface Origins {
  /** Undefined: the build context. */
  ofCopy(instruction: CopyInstruction): Promise<Origin | undefined>;
  /** All that the mounts of a RUN name, to be asked for by name. */
  ofRun(
    instruction: RunInstruction,
  ): Promise<(from: string) => { readonly tree: FileTree; readonly chainId: string | undefined }>;
}

export interface OriginSolvers {
  /** Names and numbers of the stages before this one. */
  readonly earlier: EarlierStages;
  readonly stage: (index: number) => Promise<StageState>;
  readonly image: (reference: string) => Promise<StageState>;
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
    return origin.kind === 'stage'
      ? { state: await solvers.stage(origin.index), name: `stage ${name}` }
      : { state: await imageOf(origin.reference), name: `image ${name}` };
  };
  return {
    ofCopy: async ({ from, position }) => (from === undefined ? undefined : solve(from, position)),
    async ofRun({ mounts, position }) {
      const names = mounts.flatMap((mount) => /(?:^|,)"?from=([^",]+)/i.exec(mount)?.[1] ?? []);
      const solved = new Map<string, Origin>();
      for (const name of names) solved.set(name, await solve(name, position));
      return (from) => {
        const { state, name } = solved.get(from) as Origin;
        return { tree: stageTree(session, state, name), chainId: state.chainId };
      };
    },
  };
}

/** The files of a stage or image, to be read. A stage without any is an empty folder nowhere on the disk. */
export function stageTree(session: BuildSession, { chainId }: StageState, name: string): FileTree {
  if (chainId !== undefined) return new LayeredTree(session.services.snapshots.mountPlan(chainId), name);
  throw new GantryError({
    kind: 'not-found',
    code: 'source-not-found',
    message: `${name} has no files`,
    hint: 'it is a stage from scratch into which nothing was copied',
  });
}
