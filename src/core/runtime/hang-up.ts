import { constants } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { signalProcess } from '../host/process-handle.ts';
import { type ProcessIdentity, processIdentity } from '../host/process-identity.ts';
import { bundleFiles, readPid } from './bundle.ts';
import { containerCgroup } from './free-state.ts';

/** How long a process may take over its farewell. */
const farewellMs = 1000;

/**
 * Ends a process as a terminal does that goes away: it gets SIGHUP, and what it has in the foreground gets it from the
 * kernel when it ends. One that stays in spite of that loses its terminal with the monitor that holds it.
 */
export async function hangUp(folder: string, exit: Promise<number>): Promise<void> {
  const process = await begun(folder, exit);
  if (process === undefined || !signalProcess(process, constants.signals.SIGHUP)) return;
  const late = Promise.withResolvers<'late'>();
  const timer = setTimeout(() => late.resolve('late'), farewellMs);
  const how = await Promise.race([exit.catch(() => undefined), late.promise]);
  clearTimeout(timer);
  const monitor = how === 'late' ? running(folder, bundleFiles.monitorPid) : undefined;
  if (monitor !== undefined) signalProcess(monitor, constants.signals.SIGKILL);
}

/** Kills a process run in a container by `folder`, and all it has started. */
export async function killRunning(
  id: string,
  dir: string,
  folder: string,
  exit: Promise<number>,
): Promise<void> {
  const process = await begun(folder, exit);
  const init = running(dir, bundleFiles.pid);
  if (process === undefined || init === undefined || init.pid === process.pid) return;
  const { killProcessTree } = await import('./kill-process-tree.ts');
  await killProcessTree(containerCgroup(id), process, init.pid);
}

/**
 * The process once its runtime has told which it is: it may speak, and be left, before that. Undefined when it has ended,
 * or does not begin in time.
 */
async function begun(folder: string, exit: Promise<number>): Promise<ProcessIdentity | undefined> {
  let over = false;
  const end = (): void => {
    over = true;
  };
  exit.then(end, end);
  for (const started = performance.now(); ; ) {
    const process = running(folder, bundleFiles.pid);
    if (process !== undefined || over || performance.now() - started > farewellMs) return process;
    await sleep(2);
  }
}

/** Undefined when it has not begun, or has ended. */
function running(folder: string, file: 'pid' | 'monitor.pid'): ProcessIdentity | undefined {
  try {
    return processIdentity(readPid(folder, file));
  } catch {
    return undefined;
  }
}
