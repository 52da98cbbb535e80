import { mustRun } from '../../test/support/run-program.ts';
import { runTimed } from './run-timed.ts';
import type { Stage } from './stage.ts';

/** One engine of a stage, by its command line. */
export interface EngineCli {
  readonly name: string;
  /** Milliseconds that a command takes. It must succeed. */
  timed(...args: readonly string[]): Promise<number>;
  /** What a command says. It must succeed. */
  must(...args: readonly string[]): Promise<string>;
}

/** Ours first, then the peers that are there. */
export function engineClis({ gantry, docker, podman }: Stage): readonly EngineCli[] {
  return Object.entries({ gantry, docker, podman }).flatMap(([name, engine]) =>
    engine === undefined
      ? []
      : [
          {
            name,
            timed: (...args) => runTimed([...engine.argv, ...args], engine.env),
            must: (...args) => mustRun([...engine.argv, ...args], { env: engine.env, timeoutMs: 600_000 }),
          } satisfies EngineCli,
        ],
  );
}

/** A contender for each engine. */
export function eachEngine(
  stage: Stage,
  measure: (cli: EngineCli) => Promise<number>,
): Readonly<Record<string, () => Promise<number>>> {
  return Object.fromEntries(engineClis(stage).map((cli) => [cli.name, () => measure(cli)]));
}
