import type { PlannedStage } from '../graph/build-plan.ts';
import {
  type BegunStage,
  beginStage,
  makeReady,
  type Solvers,
  sessionOf,
  stageOn,
  stagesOf,
} from './begin-stage.ts';
import type { BuildSession } from './build-session.ts';
import { findStep } from './find-step.ts';
import { onceSettled } from './once-settled.ts';
import {
  afterLayer,
  definitionAfter,
  isMissed,
  lookForStep,
  type MissedStep,
  type SolvedStep,
} from './solve-step.ts';
import type { StageState } from './stage-state.ts';

/** A stage as far as the cache has it. */
export interface LookedStage {
  /** Undefined: of the stage it stands on something is missing. */
  readonly begun: BegunStage | undefined;
  /** With all steps up to `next`, the first that is missing. */
  readonly solved: SolvedStep | undefined;
  readonly next: number;
  /** Nothing is missing. */
  readonly isWhole: boolean;
  /** The first that is missing, made ready when that needs no other stage. */
  readonly missed: MissedStep | undefined;
}

/**
 * Looks for the steps of a stage in the cache, up to the first that has to be executed. What a step takes from stages
 * of which something is missing is known by their definition: it is found though they are not, so they need not be made.
 */
export async function lookAhead(
  whole: BuildSession,
  stage: PlannedStage,
  solvers: Solvers,
): Promise<LookedStage> {
  const { base } = stage;
  if (base.kind === 'stage' && !(await solvers.ahead(base.index)).isWhole) {
    return { begun: undefined, solved: undefined, next: 0, isWhole: false, missed: undefined };
  }
  const begun = await beginStage(whole, stage, solvers);
  let solved = begun.base;
  for (const [next, step] of begun.steps.entries()) {
    const found = await look(begun, step, solved.state, solvers);
    if (found === undefined || isMissed(found)) {
      return { begun, solved, next, isWhole: false, missed: found };
    }
    solved = { state: found.state, cached: solved.cached && found.cached };
  }
  return { begun, solved, next: begun.steps.length, isWhole: true, missed: undefined };
}

const executed: readonly string[] = ['run', 'copy', 'add', 'workdir'];

async function look(
  begun: BegunStage,
  step: PlannedStage['steps'][number],
  before: StageState,
  solvers: Solvers,
): Promise<SolvedStep | MissedStep | undefined> {
  const { session, stage } = begun;
  const { kind } = step.instruction;
  if (session.noCache && executed.includes(kind)) return undefined;
  const needed = await Promise.all(stagesOf(step.instruction, stage).map((index) => solvers.ahead(index)));
  if (needed.every(({ isWhole }) => isWhole)) {
    const found = await solvers.vertices.look(step, kind !== 'run' && needed.length === 0, () =>
      onceSettled(session.signal, async () =>
        lookForStep(session, before, await makeReady(begun, step, before, solvers)),
      ),
    );
    return isMissed(found) && needed.length > 0 ? undefined : found;
  }
  const found = await findByDefinition(begun, step, before, solvers).catch(() => undefined);
  return found && solvers.vertices.look(step, true, async () => found);
}

/** Rejects with what is wrong with the step, or with what it takes files from: whoever makes it will say so. */
async function findByDefinition(
  begun: BegunStage,
  step: PlannedStage['steps'][number],
  before: StageState,
  solvers: Solvers,
): Promise<SolvedStep | undefined> {
  const { session } = begun;
  const work = await makeReady(begun, step, before, solvers, (index) => definedState(index, solvers));
  const key = work.kind === 'layer' ? await work.definedKey(before.chainId ?? '') : undefined;
  const record = key === undefined ? undefined : await findStep(session, key, before);
  if (work.kind !== 'layer' || record === undefined) return undefined;
  return { state: await afterLayer(before, work, record), cached: true };
}

async function definedState(index: number, solvers: Solvers): Promise<StageState> {
  const state = await solvers.defined(index);
  if (state === undefined) throw new Error(`stage ${index} is known by its files alone`);
  return state;
}

/** See `Solvers.defined`. */
export async function defineStage(
  whole: BuildSession,
  stage: PlannedStage,
  solvers: Solvers,
): Promise<StageState | undefined> {
  const session = sessionOf(whole, stage);
  const looked = await solvers.ahead(stage.index);
  if (looked.isWhole) return looked.solved?.state;
  if (session.noCache) return undefined;
  let state = looked.solved?.state;
  let steps = looked.begun?.steps.slice(looked.next);
  if (stage.base.kind === 'stage' && steps === undefined) {
    const base = await solvers.defined(stage.base.index);
    if (base === undefined) return undefined;
    const { state: begun, added } = stageOn(stage, base);
    state = begun;
    steps = [...added, ...stage.steps];
  }
  for (const step of steps ?? []) {
    if (state === undefined) return undefined;
    const before: StageState = state;
    const stateOf = (index: number): Promise<StageState> => definedState(index, solvers);
    const work = await makeReady({ session, stage }, step, before, solvers, stateOf);
    const definition = await definitionAfter(before, work);
    if (definition === undefined) return undefined;
    state = { ...work.state, chainId: undefined, layers: [], definition };
  }
  return state;
}
