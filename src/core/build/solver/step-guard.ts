import { closeSync, writeSync } from 'node:fs';
import { placeOutsideService } from '../../host/cgroups/place-process.ts';
import { makePipe } from '../../host/pipe.ts';
import { startProcess } from '../../host/start-process.ts';
import type { BuildDependencies } from '../build-dependencies.ts';
import type { EndStep } from './workspace.ts';

/** Ends the steps of a build that was killed: the processes of a container do not die with who started them. */
export function endStepWith({ runtime }: Pick<BuildDependencies, 'runtime'>): EndStep {
  return async (id, dir) => (await runtime()).endStep(id, dir);
}

/**
 * A shell that waits for our end, in any way but by disposing of this, and then has gantry clear away what killed builds
 * left. It knows of our end because nobody then holds the other end of its standard input.
 */
export function guardSteps(selfCommand: readonly string[], rootDir: string): Disposable {
  if (selfCommand.length === 0) return { [Symbol.dispose]: () => undefined };
  const { readEnd, writeEnd } = makePipe();
  try {
    const shell = startProcess({
      argv: [
        '/bin/sh',
        '-c',
        'read -r line || exec "$@"',
        'sh',
        ...selfCommand,
        ...['internal', 'clear-builds', '--root', rootDir],
      ],
      cwd: '/',
      stdio: [readEnd, 'ignore', 'ignore'],
      detached: true,
    });
    shell.on('error', () => undefined);
    shell.unref();
    if (shell.pid !== undefined) placeOutsideService(shell.pid, '/gantry/monitors');
  } catch (error) {
    closeSync(writeEnd);
    throw error;
  } finally {
    closeSync(readEnd);
  }
  return {
    [Symbol.dispose]() {
      try {
        writeSync(writeEnd, 'done\n');
      } catch {
        // Somebody ended it.
      } finally {
        closeSync(writeEnd);
      }
    },
  };
}
