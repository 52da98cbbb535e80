import { rmSync } from 'node:fs';
import { requireBinary } from './find-binary.ts';
import { reapSoon, spawnProgram } from './spawn-program.ts';

/**
 * Has folders removed, never what is mounted there, by a process that goes on when we end. For what is out of the way
 * already, where it is recognised as rubbish: nobody hears of it when that process is killed.
 */
export function removeSoon(folders: readonly string[]): void {
  try {
    const argv = [requireBinary('rm'), '-rf', '--one-file-system', '--', ...folders] as const;
    reapSoon(spawnProgram({ argv, env: {}, cwd: '/', descriptors: [undefined, undefined, undefined] }));
  } catch {
    // No such program, or no room for a process.
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  }
}
