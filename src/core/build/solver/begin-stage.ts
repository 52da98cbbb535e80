import { DiagnosticSink } from '../dockerfile/diagnostic-sink.ts';
import type { StageInstruction } from '../dockerfile/dockerfile.ts';
import type { PlannedStage } from '../graph/build-plan.ts';
import type { OciLayout } from '../graph/named-contexts.ts';
import { noStageEither } from '../graph/no-stage-either.ts';
import { originsOf } from '../graph/origins-of.ts';
import type { BuildSession } from './build-session.ts';
import type { LookedStage } from './look-ahead.ts';
import { makeOrigins } from './origins.ts';
import { prepareStep } from './prepare-step.ts';
import { solveFolder } from './solve-folder.ts';
import type { SolvedStep } from './solve-step.ts';
import type { StageLinter } from './stage-linter.ts';
import { type StageState, scratchState, withPath } from './stage-state.ts';
import type { StepWork } from './step-work.ts';
import { triggerSteps } from './triggers.ts';
import type { Vertices } from './vertices.ts';

/** How the stages of a build reach each other; each thing is done once. */
export interface Solvers {
  readonly vertices: Vertices;
  readonly lint: StageLinter;
  /** Makes a stage. */
  readonly stage: (index: number) => Promise<SolvedStep>;
  /** What is known of a stage without executing anything. */
  readonly ahead: (index: number) => Promise<LookedStage>;
  /** What a stage will say and by which steps it is made, without its layers. Undefined: that cannot be known. */
  readonly defined: (index: number) => Promise<StageState | undefined>;
  readonly image: (reference: string, stage: PlannedStage, vertex: string) => Promise<SolvedStep>;
  readonly layout: (layout: OciLayout, vertex: string) => Promise<SolvedStep>;
}

/** A stage whose base is known. */
export interface BegunStage {
  readonly session: BuildSession;
  readonly stage: PlannedStage;
  readonly base: SolvedStep;
  /** With those the base image's triggers add. */
  readonly steps: PlannedStage['steps'];
}

export async function beginStage(
  whole: BuildSession,
  stage: PlannedStage,
  solvers: Solvers,
): Promise<BegunStage> {
  const session = sessionOf(whole, stage);
  if (stage.base.kind === 'stage') await solvers.stage(stage.base.index);
  const base = await solvers.vertices.tell(stage.from, () => solveFrom(session, stage, solvers));
  const { state, added } = stageOn(stage, base.state);
  solvers.vertices.insertAfterFrom(stage.index, stage.name, added);
  solvers.lint.stage(stage, base.state, added);
  return { session, stage, base: { ...base, state }, steps: [...added, ...stage.steps] };
}

/** The build as one stage sees it. */
export function sessionOf(whole: BuildSession, { name }: PlannedStage): BuildSession {
  return { ...whole, noCache: whole.noCache || whole.noCacheStages.has(name) };
}

/** How a stage begins on its base, and the steps that the triggers of the base add. */
export function stageOn(
  stage: PlannedStage,
  base: StageState,
): { readonly state: StageState; readonly added: PlannedStage['steps'] } {
  const { OnBuild: triggers = [], ...config } = base.config;
  const state = { ...base, config: withPath(config), hasOwnCommand: false };
  return { state, added: triggerSteps(stage, triggers) };
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
  return solvers.stage(base.index);
}

/** Makes a step ready. `stateOf` gives the stages it takes files from. */
export function makeReady(
  { session, stage }: Pick<BegunStage, 'session' | 'stage'>,
  step: PlannedStage['steps'][number],
  before: StageState,
  solvers: Solvers,
  stateOf = async (index: number): Promise<StageState> => (await solvers.stage(index)).state,
): Promise<StepWork> {
  const origins = makeOrigins(session, {
    earlier: stage.earlier,
    stage: stateOf,
    image: async (reference) => (await solvers.image(reference, stage, step.id)).state,
    layout: async (layout) => (await solvers.layout(layout, step.id)).state,
  });
  return prepareStep(session, before, step.instruction, step.id, origins);
}

/** Numbers of the earlier stages an instruction takes files from. */
export function stagesOf(instruction: StageInstruction, { earlier }: PlannedStage): readonly number[] {
  const origins = originsOf(instruction, earlier, new DiagnosticSink(''));
  return origins.flatMap((origin) => (origin.kind === 'stage' ? [origin.index] : []));
}
