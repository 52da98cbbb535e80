import { GantryError } from '../../../base/gantry-error.ts';
import { formatPlatform } from '../../../oci/platform-parse.ts';
import { DiagnosticSink } from '../dockerfile/diagnostic-sink.ts';
import type { StageInstruction } from '../dockerfile/dockerfile.ts';
import type { PlannedStage, PlannedStep } from '../graph/build-plan.ts';
import type { OciLayout } from '../graph/named-contexts.ts';
import { noStageEither } from '../graph/no-stage-either.ts';
import { originsOf } from '../graph/origins-of.ts';
import type { BuildSession } from './build-session.ts';
import { onceSettled } from './once-settled.ts';
import { makeOrigins } from './origins.ts';
import { prepareStep } from './prepare-step.ts';
import { solveImage } from './solve-base.ts';
import { solveFolder } from './solve-folder.ts';
import { solveLayout } from './solve-layout.ts';
import { type SolvedStep, solveStep } from './solve-step.ts';
import { StageLinter } from './stage-linter.ts';
import { type StageState, scratchState, withPath } from './stage-state.ts';
import type { StepWork } from './step-work.ts';
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
  readonly layout: (layout: OciLayout, vertex: string) => Promise<SolvedStep>;
}

/**
 * Solves the stages a target needs: each once, those that do not wait for each other at the same time. The first
 * failure stops the others by `abort`, and is thrown when all have cleaned up.
 */
export async function solveBuild(session: BuildSession, abort: () => void): Promise<SolvedBuild> {
  const { plan } = session;
  const solvers = makeSolvers(session);
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
  return { state, cachedSteps: solvers.vertices.cached, totalSteps: solvers.vertices.total };
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
  await awaitStages(step.instruction, stage, solvers);
  return { step, state, work: await makeReady(begun, step, state, solvers) };
}

function makeSolvers(session: BuildSession): Solvers {
  const stages = new Map<number, Promise<SolvedStep>>();
  const images = new Map<string, Promise<SolvedStep>>();
  const layouts = new Map<string, Promise<SolvedStep>>();
  const solvers: Solvers = {
    vertices: new Vertices(session.plan, session.emit),
    lint: new StageLinter(session),
    stage: (index) => once(stages, index, () => solveStage(session, stageOf(session, index), solvers)),
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
  const begun = await beginStage(whole, stage, solvers);
  return solveSteps(begun, begun.steps, solvers);
}

/** A stage whose base is known. */
interface BegunStage {
  readonly session: BuildSession;
  readonly stage: PlannedStage;
  readonly base: SolvedStep;
  /** With those the base image's triggers add. */
  readonly steps: PlannedStage['steps'];
}

async function beginStage(whole: BuildSession, stage: PlannedStage, solvers: Solvers): Promise<BegunStage> {
  const session = { ...whole, noCache: whole.noCache || whole.noCacheStages.has(stage.name) };
  if (stage.base.kind === 'stage') await solvers.stage(stage.base.index);
  const base = await solvers.vertices.tell(stage.from, () => solveFrom(session, stage, solvers));
  const { OnBuild: triggers = [], ...config } = base.state.config;
  const added = triggerSteps(stage, triggers);
  solvers.vertices.insertAfterFrom(stage.index, stage.name, added);
  solvers.lint.stage(stage, base.state, added);
  const state = { ...base.state, config: withPath(config) };
  return { session, stage, base: { ...base, state }, steps: [...added, ...stage.steps] };
}

async function solveSteps(
  begun: BegunStage,
  steps: PlannedStage['steps'],
  solvers: Solvers,
): Promise<SolvedStep> {
  const { session, stage } = begun;
  let { state, cached } = begun.base;
  for (const step of steps) {
    // Waiting for other stages is no part of a step, and their failures are not its own.
    await awaitStages(step.instruction, stage, solvers);
    const before = state;
    const solved = await solvers.vertices.tell(step, () =>
      onceSettled(session.signal, async () =>
        solveStep(session, before, await makeReady(begun, step, before, solvers), step.id),
      ),
    );
    state = solved.state;
    cached &&= solved.cached;
  }
  return { state, cached };
}

function makeReady(
  { session, stage }: BegunStage,
  step: PlannedStage['steps'][number],
  before: StageState,
  solvers: Solvers,
): Promise<StepWork> {
  const origins = makeOrigins(session, {
    earlier: stage.earlier,
    stage: async (index) => (await solvers.stage(index)).state,
    image: async (reference) => (await solvers.image(reference, stage, step.id)).state,
    layout: async (layout) => (await solvers.layout(layout, step.id)).state,
  });
  return prepareStep(session, before, step.instruction, step.id, origins);
}

async function solveFrom(session: BuildSession, stage: PlannedStage, solvers: Solvers): Promise<SolvedStep> {
  const { base, platform, from } = stage;
  if (base.kind === 'scratch') return { state: scratchState(platform), cached: true };
  if (base.kind === 'image') {
    return solvers.image(base.reference, stage, from.id).catch((error: unknown) => {
      throw noStageEither(error, base.reference, stage.earlier, { any: false });
    });
  }
  if (base.kind === 'layout') return solvers.layout(base, from.id);
  if (base.kind === 'folder') return solveFolder(session, stage, base.dir);
  if (base.kind === 'remote') return solveFolder(session, stage, await session.fetch(base.url));
  const { state, cached } = await solvers.stage(base.index);
  return { state: { ...state, hasOwnCommand: false }, cached };
}

/** Earlier stages an instruction takes files from. */
async function awaitStages(
  instruction: StageInstruction,
  { earlier }: PlannedStage,
  solvers: Solvers,
): Promise<void> {
  const origins = originsOf(instruction, earlier, new DiagnosticSink(''));
  await Promise.all(
    origins.flatMap((origin) => (origin.kind === 'stage' ? [solvers.stage(origin.index)] : [])),
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
