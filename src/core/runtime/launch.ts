import { closeSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cloneMount, placeMount } from '../host/clone-mount.ts';
import { withPrivateMounts } from '../host/private-mounts.ts';
import { processIdentity } from '../host/process-identity.ts';
import { bundleFiles, rootFolder, writeBundle } from './bundle.ts';
import { clearExitStatus, exitFolder } from './conmon/exit-files.ts';
import { makeExitFolder } from './conmon/exit-place.ts';
import { monitorArguments } from './conmon/monitor-arguments.ts';
import { WaitingMonitor } from './conmon/waiting-monitor.ts';
import { holdParts } from './hold-parts.ts';
import { hideSpecification, placeMemoryFiles } from './memory-files.ts';
import { mountRoot } from './mount-root.ts';
import { hideFromRuntime, type OciProgram } from './oci-program.ts';
import { ownNetwork } from './own-network.ts';
import type { LaunchRequest, RunningProcess } from './runtime.ts';
import type { RuntimeSpec } from './runtime-spec.ts';
import { startError } from './start-error.ts';

/**
 * Mounts the root, makes the network namespace and starts the monitor, all in namespaces that die with it; then waits
 * until the container is created. Cleaning up after a failure is the caller's.
 */
export async function launch(program: OciProgram, request: LaunchRequest): Promise<RunningProcess> {
  const { id, dir } = request;
  mkdirSync(program.stateRoot, { recursive: true, mode: 0o700 });
  clearExitStatus(id, dir);
  makeExitFolder(id, dir, dirname(program.stateRoot));
  const netns = await ownNetwork(request);
  try {
    const netnsPath = netns === undefined ? undefined : `/proc/${process.pid}/fd/${netns}`;
    const { waiting, args } = startMonitor(program, request, netnsPath);
    using monitor = waiting;
    // While it loads. Nothing is created before: when we are killed here, nothing is left.
    if (netnsPath !== undefined) await request.configureNetwork?.(netnsPath);
    monitor.begin();
    const pid = await monitor.created(args);
    const identity = processIdentity(pid);
    if (identity === undefined) throw startError('the process ended before it was started', args);
    const monitorPid = Number(readFileSync(join(dir, bundleFiles.monitorPid), 'latin1').trim());
    return { pid, pidStartTime: identity.startTime, monitorPid };
  } finally {
    if (netns !== undefined) closeSync(netns);
  }
}

/** One block without a wait in it: the thread is elsewhere meanwhile. */
function startMonitor(
  program: OciProgram,
  request: LaunchRequest,
  netnsPath: string | undefined,
): { readonly waiting: WaitingMonitor; readonly args: readonly string[] } {
  const { id, dir } = request;
  const rootDir = rootFolder(program);
  const argv = monitorArguments({
    id,
    name: request.name,
    bundle: dir,
    runtimePath: program.path,
    runtimeOptions: program.options,
    pidFile: join(dir, bundleFiles.pid),
    monitorPidFile: join(dir, bundleFiles.monitorPid),
    exitDir: exitFolder(dir),
    logPath: request.logPath,
    tty: request.tty,
    openStdin: request.openStdin,
    // A terminal has no end of input to pass on, and closing it would take the output along.
    keepStdinOpen: request.openStdin && (request.tty || request.keepStdinOpen === true),
    exitCommand: request.exitCommand,
  });
  const joinedShm = request.joinedShm && cloneMount(request.joinedShm.pid, '/dev/shm');
  using held = new DisposableStack();
  if (joinedShm !== undefined) {
    held.defer(() => closeSync(joinedShm));
    mkdirSync(request.joinedShm?.at ?? '', { recursive: true });
  }
  const parts = held.use(holdParts(request.parts ?? []));
  return withPrivateMounts(() => {
    hideFromRuntime(program);
    mountRoot(request.rootfs, rootDir);
    if (joinedShm !== undefined) placeMount(joinedShm, request.joinedShm?.at ?? '');
    parts.place();
    if (request.memory !== undefined) {
      placeMemoryFiles(request.memory);
      hideSpecification(request.memory, dir);
    }
    // It loads while its work is written down.
    const waiting = new WaitingMonitor([program.monitorPath, ...argv], dir, request.heldDescriptors ?? []);
    try {
      const made = typeof request.spec === 'function' ? request.spec(rootDir) : request.spec;
      writeBundle(dir, withNetwork(made, request.network, netnsPath), rootDir);
      return { waiting, args: made.process.args };
    } catch (error) {
      waiting[Symbol.dispose]();
      throw error;
    }
  });
}

/** Puts the namespace the process really joins into its specification. */
export function withNetwork(
  spec: RuntimeSpec,
  network: LaunchRequest['network'],
  netnsPath: string | undefined,
): RuntimeSpec {
  const others = spec.linux.namespaces.filter(({ type }) => type !== 'network');
  const path = typeof network === 'object' ? network.join : netnsPath;
  const own = network === undefined ? [] : [{ type: 'network', ...(path === undefined ? {} : { path }) }];
  return { ...spec, linux: { ...spec.linux, namespaces: [...others, ...own] } };
}
