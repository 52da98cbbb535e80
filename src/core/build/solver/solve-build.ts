import { GantryError } from '../../../base/gantry-error.ts';
import { formatPlatform } from '../../../oci/platform-parse.ts';
import type { PlannedStage, PlannedStep } from '../graph/build-plan.ts';
import { type BegunStage, beginStage, makeReady, type Solvers, stagesOf } from './begin-stage.ts';
import type { BuildSession } from './build-session.ts';
import { defineStage, type LookedStage, lookAhead } from './look-ahead.ts';
import { onceSettled } from './once-settled.ts';
import { solveImage } from './solve-base.ts';
import { solveLayout } from './solve-layout.ts';
import { type MissedStep, makeStep, type SolvedStep, solveStep } from './solve-step.ts';
import { StageLinter } from './stage-linter.ts';
import type { StageState } from './stage-state.ts';
import type { StepWork } from './step-work.ts';
import { Vertices } from './vertices.ts';

export interface SolvedBuild {
  readonly state: StageState;
  readonly cachedSteps: number;
  readonly totalSteps: number;
}

/**
 * Solves the target of a build and what that needs: stages of which the cache does not have enough are made, each once,
 * those that do not wait for each other at the same time. The first failure stops the others by `abort`, and is thrown
 * when all have cleaned up.
 */
export async function solveBuild(session: BuildSession, abort: () => void): Promise<SolvedBuild> {
  const { plan } = session;
  const all = plan.stages.map(({ index }) => index);
  const begun: Promise<unknown>[] = [];
  const solvers = makeSolvers(session, (work) => {
    begun.push(work);
    work.catch(abort);
  });
  for (const index of all) void solvers.ahead(index);
  for (const index of isCold(session) ? all : [plan.target]) void solvers.stage(index);
  let settled: readonly PromiseSettledResult<unknown>[] = [];
  while (settled.length < begun.length) settled = await Promise.allSettled(begun);
  const failures = settled.flatMap((one) =>
    one.status === 'rejected' ? [GantryError.from(one.reason)] : [],
  );
  // What the first failure stopped fails too, with less to say.
  const failure = failures.find(({ kind }) => kind !== 'cancelled') ?? failures[0];
  if (failure !== undefined) throw failure;
  const { state } = await solvers.stage(plan.target);
  solvers.vertices.endSkipped();
  return { state, cachedSteps: solvers.vertices.cached, totalSteps: solvers.vertices.total };
}

/** The cache cannot have the target: no stage need wait for that to be looked up. */
function isCold({ noCache, imported, plan, services }: BuildSession): boolean {
  const isMissing = ({ base }: PlannedStage): boolean =>
    base.kind === 'image' && services.images.findBase(base.reference) === undefined;
  return noCache || (imported === undefined && plan.stages.some(isMissing));
}

/** A build that has come to one of its steps. */
export interface ReachedStep {
  readonly step: PlannedStep;
  /** Before the step. */
  readonly state: StageState;
  readonly work: StepWork;
}

/** Solves all that comes before a step of the Dockerfile, and makes the step ready. Undefined: there is no such step. */
export async function solveBefore(
  session: BuildSession,
  isMeant: (step: PlannedStage['steps'][number]) => boolean,
): Promise<ReachedStep | undefined> {
  const stage = session.plan.stages.find(({ steps }) => steps.some(isMeant));
  const step = stage?.steps.find(isMeant);
  if (stage === undefined || step === undefined) return undefined;
  const solvers = makeSolvers(session);
  const begun = await beginStage(session, stage, solvers);
  const { state } = await solveSteps(begun, begun.steps.slice(0, begun.steps.indexOf(step)), solvers);
  await Promise.all(stagesOf(step.instruction, stage).map((index) => solvers.stage(index)));
  return { step, state, work: await makeReady(begun, step, state, solvers) };
}

/** `begins` is told of all work on stages. */
function makeSolvers(
  session: BuildSession,
  begins: (work: Promise<unknown>) => void = () => undefined,
): Solvers {
  const stages = new Map<number, Promise<SolvedStep>>();
  const looked = new Map<number, Promise<LookedStage>>();
  const defined = new Map<number, Promise<StageState | undefined>>();
  const images = new Map<string, Promise<SolvedStep>>();
  const layouts = new Map<string, Promise<SolvedStep>>();
  const telling = <T>(work: Promise<T>): Promise<T> => {
    begins(work);
    return work;
  };
  const solvers: Solvers = {
    vertices: new Vertices(session.plan, session.emit),
    lint: new StageLinter(session),
    stage: (index) =>
      once(stages, index, () => telling(solveStage(session, stageOf(session, index), solvers))),
    ahead: (index) =>
      once(looked, index, () => telling(lookAhead(session, stageOf(session, index), solvers))),
    defined: (index) => once(defined, index, () => defineStage(session, stageOf(session, index), solvers)),
    image: (reference, stage, vertex) => {
      const platform = stage.platformGiven ? formatPlatform(stage.platform) : undefined;
      return once(images, `${reference} ${platform}`, () => solveImage(session, reference, platform, vertex));
    },
    layout: (layout, vertex) =>
      once(layouts, `${layout.wanted} ${layout.dir}`, () => solveLayout(session, layout, vertex)),
  };
  return solvers;
}

async function solveStage(whole: BuildSession, stage: PlannedStage, solvers: Solvers): Promise<SolvedStep> {
  const { begun, solved, next, isWhole, missed } = await solvers.ahead(stage.index);
  if (isWhole && solved !== undefined) return solved;
  // Others that it will need are made meanwhile. Who waits for them hears of their failures.
  for (const { instruction } of (begun?.steps ?? stage.steps).slice(next)) {
    for (const index of stagesOf(instruction, stage)) solvers.stage(index).catch(() => undefined);
  }
  const stands = begun ?? (await beginStage(whole, stage, solvers));
  return solveSteps({ ...stands, base: solved ?? stands.base }, stands.steps.slice(next), solvers, missed);
}

/** `missed` is the first of the steps, made ready. */
async function solveSteps(
  begun: BegunStage,
  steps: PlannedStage['steps'],
  solvers: Solvers,
  missed?: MissedStep,
): Promise<SolvedStep> {
  const { session, stage } = begun;
  let { state, cached } = begun.base;
  let ready = missed;
  for (const step of steps) {
    // Waiting for other stages is no part of a step, and their failures are not its own.
    await Promise.all(stagesOf(step.instruction, stage).map((index) => solvers.stage(index)));
    const before = state;
    const solved = await solvers.vertices.tell(step, () =>
      onceSettled(session.signal, async () => {
        const first = ready;
        ready = undefined;
        if (first !== undefined) return makeStep(session, before, first, step.id);
        return solveStep(session, before, await makeReady(begun, step, before, solvers), step.id);
      }),
    );
    state = solved.state;
    cached &&= solved.cached;
  }
  return { state, cached };
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
