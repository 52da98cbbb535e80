import { GantryError } from '../../../base/gantry-error.ts';
import type { Session } from '../../../engine/session.ts';
import type { ContainerConfig } from '../../../oci/image-config.ts';
import type { MountPlan } from '../../snapshots/snapshotter.ts';
import type { ShellOptions } from '../solver/step-work.ts';
import type { StepContainer } from './step-container.ts';

/** The best shell there is, found inside. */
const script = 'if command -v bash >/dev/null 2>&1; then exec bash; else exec sh; fi';

/** The shell of a stage: that of SHELL, if it says another than the usual one. */
export function shellOf({ Shell }: ContainerConfig): readonly string[] {
  const [program = '/bin/sh'] = Shell ?? [];
  return program === '/bin/sh' ? [program, '-c', script] : [program];
}

/**
 * Starts a shell in the container of a step. Disposing of the session kills it and all it started. Rejects `start` when
 * the image has none.
 */
export async function openStepShell(
  container: StepContainer,
  rootfs: MountPlan,
  args: readonly string[],
  { tty, size }: ShellOptions,
): Promise<Session> {
  const { runtime, id, dir, network, memory } = container;
  const spec = await container.spec(args, { tty });
  const process = await runtime
    .create({
      id,
      name: id,
      dir,
      rootfs,
      spec,
      memory,
      tty,
      openStdin: true,
      logPath: undefined,
      exitCommand: undefined,
      network: network.network,
      configureNetwork: network.configureNetwork,
      openNetwork: network.openNetwork,
    })
    .catch((error: unknown) => {
      throw noShell(GantryError.from(error), args[0] ?? '');
    });
  const end = async (): Promise<void> => {
    await runtime.delete(id, dir, { force: true });
    await runtime.waitExit(id, dir, process);
  };
  try {
    const session = await runtime.attach(id, dir, { tty, stdin: true, size });
    await runtime.start(id);
    return {
      ...session,
      async [Symbol.asyncDispose]() {
        await session[Symbol.asyncDispose]();
        await end();
      },
    };
  } catch (error) {
    await end();
    throw noShell(GantryError.from(error), args[0] ?? '');
  }
}

function noShell(error: GantryError, program: string): GantryError {
  if (error.kind !== 'start') return error;
  return new GantryError({
    kind: 'start',
    code: 'no-shell',
    message: `there is no shell to open: ${error.message}`,
    hint: `the stage has no ${program}; SHELL names another one`,
    details: error.details,
    cause: error,
  });
}
