import { GantryError } from '../../base/gantry-error.ts';
import type { BuildEvent, BuildSpec, StepPlace, StepShell } from '../../engine/builds.ts';
import type { TerminalSize } from '../../engine/session.ts';
import type { Emit } from '../../engine/start-operation.ts';
import type { CoreServices } from '../core-services.ts';
import type { BuildDependencies } from './build-dependencies.ts';
import type { PlannedStep } from './graph/build-plan.ts';
import { openBuild } from './open-build.ts';
import { openLayer } from './solver/open-layer.ts';
import { type ReachedStep, solveBefore } from './solver/solve-build.ts';

export interface StepShellRequest {
  readonly before: StepPlace;
  readonly tty: boolean;
  readonly size: TerminalSize | undefined;
}

/**
 * A shell in the state before a RUN step: what comes before it is taken from the cache, or made. The files are a layer
 * of their own that goes with the shell. Rejects `not-found` / `no-such-step`, and as a build does.
 */
export async function openStepShell(
  services: CoreServices,
  dependencies: BuildDependencies,
  spec: BuildSpec,
  { before, tty, size }: StepShellRequest,
  emit: Emit<BuildEvent>,
  signal: AbortSignal,
): Promise<StepShell> {
  await using opened = new AsyncDisposableStack();
  // What the failed build made is good enough, whatever it was told to forget.
  const wanted = { ...spec, noCache: false, noCacheStages: [] };
  const { session } = opened.use(await openBuild(services, dependencies, wanted, emit, signal));
  const reached = await solveBefore(session, ({ id, position: { line, endLine }, instruction }) =>
    'vertex' in before
      ? id === before.vertex
      : instruction.kind === 'run' && line <= before.line && before.line <= endLine,
  ).finally(() => session.cache.touch(Date.now()));
  const { step, state, openShell } = requireRun(reached, before);
  const layer = opened.use(await openLayer(session, state));
  const shell = await openShell(layer, { tty, size });
  const owned = opened.move();
  return {
    step: { name: step.name, position: step.position },
    session: {
      ...shell,
      async [Symbol.asyncDispose]() {
        await shell[Symbol.asyncDispose]();
        await owned.disposeAsync();
      },
    },
  };
}

function requireRun(
  reached: ReachedStep | undefined,
  before: StepPlace,
): {
  readonly step: PlannedStep;
  readonly state: ReachedStep['state'];
  readonly openShell: NonNullable<Extract<ReachedStep['work'], { kind: 'layer' }>['openShell']>;
} {
  if (reached?.work.kind === 'layer' && reached.work.openShell !== undefined) {
    const { step, state, work } = reached;
    return { step, state, openShell: work.openShell as NonNullable<typeof work.openShell> };
  }
  const where = 'vertex' in before ? `step ${before.vertex}` : `line ${before.line} of the Dockerfile`;
  throw new GantryError({
    kind: 'not-found',
    code: 'no-such-step',
    message: `there is no RUN at ${where} that the build would execute`,
    hint: 'name the line of a RUN of the target or of a stage it needs',
  });
}
