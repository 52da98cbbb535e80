import { GantryError } from '../../../base/gantry-error.ts';
import type { BuildSpec, StepPlace, StepShell } from '../../../engine/builds.ts';
import type { CommandContext } from '../command-context.ts';
import type { BuildOutcome, Outcome } from '../outcome.ts';

export interface StepShellOptions {
  readonly before: StepPlace;
  readonly dockerfile: BuildOutcome['dockerfile'];
  readonly progress: BuildOutcome['progress'];
  /** Removes what was made for the build alone. */
  discard(): Promise<void>;
  /** What follows when the shell was left with this status. */
  next(exitCode: number): Promise<Outcome>;
}

/** A shell in the state before a step of a build, on the user's terminal or over pipes. */
export function stepShell(
  ctx: CommandContext,
  spec: BuildSpec,
  { before, dockerfile, progress, discard, next }: StepShellOptions,
): BuildOutcome<StepShell> {
  const { io, signal } = ctx;
  const tty = io.stdinIsTerminal && io.stdoutIsTerminal;
  const operation = ctx.engine.builds.openShell(spec, { before, tty, size: io.size, signal });
  operation.result.catch(discard);
  return {
    kind: 'build',
    dockerfile,
    operation,
    progress,
    told: ({ step }) => [
      `A shell in the state before ${step.name}`,
      'What you change in it is lost; leave it with: exit',
    ],
    next: async ({ session, step }) => ({
      kind: 'session',
      session,
      title: step.name,
      stdin: true,
      detachKeys: new Uint8Array(),
      async next(exitCode = 0) {
        await discard();
        return next(exitCode);
      },
    }),
  };
}

/** The step a build failed in, if it is one to open a shell before. */
export function failedStep(error: unknown): StepPlace | undefined {
  if (!(error instanceof GantryError) || error.code !== 'build-step-failed') return undefined;
  const vertex = error.details['vertex'];
  // Those of triggers have a third number: they stand in no Dockerfile of ours.
  return typeof vertex === 'string' && /^\d+\.\d+$/.test(vertex) ? { vertex } : undefined;
}

/** `--shell-before LINE`. Throws `invalid` / `bad-line`. */
export function parseLine(text: string): StepPlace {
  if (/^[1-9]\d{0,6}$/.test(text)) return { line: Number(text) };
  throw new GantryError({
    kind: 'invalid',
    code: 'bad-line',
    message: `invalid argument ${JSON.stringify(text)} for "--shell-before" flag: not the number of a line`,
  });
}
