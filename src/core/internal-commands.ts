import { GantryError } from '../base/gantry-error.ts';
import { type CoreOptions, coreParts } from './open-core.ts';

/**
 * What gantry has other processes run for it, as `gantry internal …`; nobody types these. Returns the exit status.
 *
 * - `container-exited ID`: a monitor says that its container has ended.
 * - `health-check ID`: checks a container and prints the seconds until the next time; 1 when there is none.
 * - `exec-died ID EXEC STATUS`: a process run in a container has ended, and nobody had joined it.
 * - `clear-builds`: ends the steps of killed builds, and removes all that is left of those.
 * - `remove-networks`: takes bridges and rules of this root out of the kernel, before the root is thrown away.
 */
export async function runInternalCommand(options: CoreOptions, argv: readonly string[]): Promise<number> {
  const [command, id, ...more] = argv;
  const parts = coreParts(options);
  try {
    if (command === 'container-exited' && id !== undefined) {
      const { containerContext } = await import('./containers/container-context.ts');
      const { containerExited } = await import('./containers/container-exited.ts');
      await containerExited(containerContext(await parts.containers()), id);
    } else if (command === 'health-check' && id !== undefined) {
      const { containerContext } = await import('./containers/container-context.ts');
      const { checkHealth } = await import('./containers/watch-health.ts');
      const delay = await checkHealth(containerContext(await parts.containers()), id);
      if (delay === undefined) return 1;
      process.stdout.write(`${delay}\n`);
    } else if (command === 'exec-died' && id !== undefined) {
      const { containerContext } = await import('./containers/container-context.ts');
      const { execDied } = await import('./containers/exec-died.ts');
      execDied(containerContext(await parts.containers()), id, more);
    } else if (command === 'clear-builds') {
      const { endStepWith } = await import('./build/solver/step-guard.ts');
      const { clearAbandonedBuilds } = await import('./build/solver/workspace.ts');
      await clearAbandonedBuilds(await parts.services(), endStepWith(await parts.containers()));
    } else if (command === 'remove-networks') {
      const { removeAllNetworks } = await import('./network/remove-all-networks.ts');
      await removeAllNetworks({ dirs: parts.dirs, metadata: await parts.metadata() });
    } else {
      throw new GantryError({
        kind: 'usage',
        code: 'unknown-internal-command',
        message: `unknown internal command: ${argv.join(' ')}`,
      });
    }
    return 0;
  } finally {
    await parts.close();
  }
}
