import { whenKilled } from '../../host/when-killed.ts';
import type { BuildDependencies } from '../build-dependencies.ts';
import type { EndStep } from './workspace.ts';

/**
 * Ends the steps of a build that was killed, as the processes of a container do not die with who started them, and gives
 * back the addresses they had.
 */
export function endStepWith({
  runtime,
  networking,
}: Pick<BuildDependencies, 'runtime' | 'networking'>): EndStep {
  return async (id, dir) => {
    await (await runtime()).endStep(id, dir);
    await (await networking()).releaseAll(id);
  };
}

/** Has gantry clear away what killed builds left, should we be killed before this is disposed of. */
export function guardSteps(selfCommand: readonly string[], rootDir: string): Disposable {
  if (selfCommand.length === 0) return { [Symbol.dispose]: () => undefined };
  return whenKilled('exec "$@"', [...selfCommand, 'internal', 'clear-builds', '--root', rootDir]);
}
