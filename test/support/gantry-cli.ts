import { join } from 'node:path';
import { mustRun, type ProgramOptions, type ProgramResult, runProgram } from './run-program.ts';
import type { TempRoot } from './temp-root.ts';

/** The launcher a person starts. */
export const gantryProgram = join(import.meta.dirname, '../../scripts/launch/gantry');

/** The built program, bound to one engine root. */
export interface GantryCli {
  readonly root: string;
  /** What runs it: `[launcher, '--root', root]`. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** `gantry ARGS`; any status is a result. */
  (...args: readonly string[]): Promise<ProgramResult>;
  with(options: ProgramOptions, ...args: readonly string[]): Promise<ProgramResult>;
  /** Standard output of `gantry ARGS`, which must succeed. */
  must(...args: readonly string[]): Promise<string>;
}

/** @param through a program and its words that are to start it */
export function gantryCli(
  tempRoot: Pick<TempRoot, 'path' | 'env'>,
  through: readonly string[] = [],
): GantryCli {
  const { path: root, env } = tempRoot;
  const argv = [...through, gantryProgram, '--root', root];
  const run = (...args: readonly string[]) => runProgram([...argv, ...args], { env });
  return Object.assign(run, {
    root,
    argv,
    env,
    with: (options: ProgramOptions, ...args: readonly string[]) =>
      runProgram([...argv, ...args], { ...options, env: { ...env, ...options.env } }),
    must: (...args: readonly string[]) => mustRun([...argv, ...args], { env }),
  });
}
