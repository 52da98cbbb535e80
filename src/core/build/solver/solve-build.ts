import { GantryError } from '../../../base/gantry-error.ts';
import { formatPlatform } from '../../../oci/platform-parse.ts';
import { DiagnosticSink } from '../dockerfile/diagnostic-sink.ts';
import type { StageInstruction } from '../dockerfile/dockerfile.ts';
import type { PlannedStage } from '../graph/build-plan.ts';
import { noStageEither } from '../graph/no-stage-either.ts';
import { originsOf } from '../graph/origins-of.ts';
import type { EarlierStages } from '../graph/stage-names.ts';
import type { BuildSession } from './build-session.ts';
import { onceSettled } from './once-settled.ts';
import { makeOrigins } from './origins.ts';
import { prepareStep } from './prepare-step.ts';
import { solveImage } from './solve-base.ts';
import { type SolvedStep, solveStep } from './solve-step.ts';
import { StageLinter } from './stage-linter.ts';
import { type StageState, scratchState } from './stage-state.ts';
import { triggerSteps } from './triggers.ts';
import { Vertices } from './vertices.ts';

export interface SolvedBuild {
  readonly state: StageState;
  readonly cachedSteps: number;
  readonly totalSteps: number;
}

/** How the stages of a build reach each other. */
interface Solvers {
  readonly vertices: Vertices;
  readonly lint: StageLinter;
  readonly stage: (index: number) => Promise<SolvedStep>;
  readonly image: (reference: string, stage: PlannedStage, vertex: string) => Promise<SolvedStep>;
}

/**
 * Solves the stages a target needs: each once, those that do not wait for each other at the same time. The first
 * failure stops the others by `abort`, and is thrown when all have cleaned up.
 */
export async function solveBuild(session: BuildSession, abort: () => void): Promise<SolvedBuild> {
  const { plan } = session;
  const vertices = new Vertices(plan, session.emit);
  const stages = new Map<number, Promise<SolvedStep>>();
  const images = new Map<string, Promise<SolvedStep>>();
  const solvers: Solvers = {
    vertices,
    lint: new StageLinter(session),
    stage: (index) => once(stages, index, () => solveStage(session, stageOf(session, index), solvers)),
    image: (reference, stage, vertex) => {
      const platform = stage.platformGiven ? formatPlatform(stage.platform) : undefined;
      return once(images, `${reference} ${platform}`, () => solveImage(session, reference, platform, vertex));
    },
  };
  const settled = await Promise.allSettled(
    plan.stages.map(({ index }) =>
      solvers.stage(index).catch((error: unknown) => {
        abort();
        throw error;
      }),
    ),
  );
  const failures = settled.flatMap((one) =>
    one.status === 'rejected' ? [GantryError.from(one.reason)] : [],
  );
  // What the first failure stopped fails too, with less to say.
  const failure = failures.find(({ kind }) => kind !== 'cancelled') ?? failures[0];
  if (failure !== undefined) throw failure;
  const { state } = await solvers.stage(plan.target);
  return { state, cachedSteps: vertices.cached, totalSteps: vertices.total };
}

async function solveStage(whole: BuildSession, stage: PlannedStage, solvers: Solvers): Promise<SolvedStep> {
  const session = { ...whole, noCache: whole.noCache || whole.noCacheStages.has(stage.name) };
  if (stage.base.kind === 'stage') await solvers.stage(stage.base.index);
  const base = await solvers.vertices.tell(stage.from, () => solveFrom(stage, solvers));
  const { OnBuild: triggers = [], ...config } = base.state.config;
  let state: StageState = { ...base.state, config };
  let cached = base.cached;
  const added = triggerSteps(stage, triggers);
  solvers.vertices.insertAfterFrom(stage.index, stage.name, added);
  solvers.lint.stage(stage, base.state, added);

  const { earlier } = stage;
  for (const step of [...added, ...stage.steps]) {
    const origins = makeOrigins(session, {
      earlier,
      stage: async (index) => (await solvers.stage(index)).state,
      image: async (reference) => (await solvers.image(reference, stage, step.id)).state,
    });
    // Waiting for other stages is no part of a step, and their failures are not its own.
    await Promise.all(stagesOf(step.instruction, earlier).map((index) => solvers.stage(index)));
    const before = state;
    const solved = await solvers.vertices.tell(step, async () => {
      return onceSettled(session.signal, async () => {
        const work = await prepareStep(session, before, step.instruction, step.id, origins);
        return solveStep(session, before, work);
      });
    });
    state = solved.state;
    cached &&= solved.cached;
  }
  return { state, cached };
}

async function solveFrom(stage: PlannedStage, solvers: Solvers): Promise<SolvedStep> {
  const { base, platform, from } = stage;
  if (base.kind === 'scratch') return { state: scratchState(platform), cached: true };
  if (base.kind === 'image') {
    return solvers.image(base.reference, stage, from.id).catch((error: unknown) => {
      throw noStageEither(error, base.reference, stage.earlier, { any: false });
    });
  }
  if (base.kind === 'folder') {
    throw new GantryError({
      kind: 'unsupported',
      code: 'dockerfile-unsupported',
      message: `a stage cannot stand on the folder ${base.dir}`,
      hint: 'FROM scratch, then COPY --from with the name of the context',
    });
  }
  const { state, cached } = await solvers.stage(base.index);
  return { state: { ...state, hasOwnCommand: false }, cached };
}

/** Earlier stages an instruction takes files from. */
function stagesOf(instruction: StageInstruction, earlier: EarlierStages): readonly number[] {
  return originsOf(instruction, earlier, new DiagnosticSink('')).flatMap((origin) =>
    origin.kind === 'stage' ? [origin.index] : [],
  );
}

/** Stages a trigger names without the Dockerfile needing them are not planned, so they cannot be taken from. */
function stageOf({ plan }: BuildSession, index: number): PlannedStage {
  const stage = plan.stages.find((candidate) => candidate.index === index);
  if (stage !== undefined) return stage;
  throw new GantryError({
    kind: 'unsupported',
    code: 'dockerfile-unsupported',
    message: `an ONBUILD trigger takes files from stage ${index}, which the target does not need`,
    hint: 'name the stage in a COPY --from of your own',
  });
}

function once<Key, Value>(
  known: Map<Key, Promise<Value>>,
  key: Key,
  make: () => Promise<Value>,
): Promise<Value> {
  const promise = known.get(key) ?? make();
  known.set(key, promise);
  return promise;
}
