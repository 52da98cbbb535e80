import { closeSync, writeSync } from 'node:fs';
import { placeOutsideService } from './cgroups/place-process.ts';
import { makePipe } from './pipe.ts';
import { startProcess } from './start-process.ts';

/**
 * A shell that waits for our end, in any way but by disposing of this, and runs `script` then, with `args` as its `$1`
 * and so on. It knows of our end because nobody then holds the other end of its standard input.
 */
export function whenKilled(script: string, args: readonly string[]): Disposable {
  const { readEnd, writeEnd } = makePipe();
  try {
    const shell = startProcess({
      argv: ['/bin/sh', '-c', `read -r line || { ${script}; }`, 'sh', ...args],
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
