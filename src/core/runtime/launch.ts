import type { ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { GantryError } from '../../base/gantry-error.ts';
import { placeOutsideService } from '../host/cgroups/place-process.ts';
import { cloneMount, placeMount } from '../host/clone-mount.ts';
import { newNetworkNamespace } from '../host/network-namespace.ts';
import { withPrivateMounts } from '../host/private-mounts.ts';
import { processIdentity } from '../host/process-identity.ts';
import { startProcess } from '../host/start-process.ts';
import { bundleFiles, rootFolder, writeBundle } from './bundle.ts';
import { clearExitStatus, exitFolder } from './conmon/exit-files.ts';
import { monitorArguments, monitorEnvironment } from './conmon/monitor-arguments.ts';
import { syncMessages } from './conmon/sync-messages.ts';
import { holdParts } from './hold-parts.ts';
import { mountRoot } from './mount-root.ts';
import { hideFromRuntime, type OciProgram } from './oci-program.ts';
import type { LaunchRequest, RunningProcess } from './runtime.ts';
import type { RuntimeSpec } from './runtime-spec.ts';
import { startError } from './start-error.ts';

/** Monitors live here in the hierarchy service managers kill by: beside the containers, whose names are IDs. */
const monitorCgroup = '/gantry/monitors';

/**
 * Mounts the root, makes the network namespace and starts the monitor, all in namespaces that die with it; then waits
 * until the container is created. Cleaning up after a failure is the caller's.
 */
export async function launch(program: OciProgram, request: LaunchRequest): Promise<RunningProcess> {
  const { id, dir, network } = request;
  mkdirSync(exitFolder(dir), { recursive: true, mode: 0o700 });
  mkdirSync(program.stateRoot, { recursive: true, mode: 0o700 });
  clearExitStatus(id, dir);
  const netns =
    network === 'new' && request.configureNetwork !== undefined ? newNetworkNamespace() : undefined;
  try {
    const netnsPath = netns === undefined ? undefined : `/proc/${process.pid}/fd/${netns}`;
    const { monitor, args } = startMonitor(program, request, netnsPath);
    const configured = netnsPath === undefined ? undefined : request.configureNetwork?.(netnsPath);
    // Its failure is told below, after the monitor has had its say.
    configured?.catch(() => undefined);
    const pid = await created(monitor, args);
    await configured;
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
): { readonly monitor: ChildProcess; readonly args: readonly string[] } {
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
    logMaxBytes: request.logMaxBytes,
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
    const made = typeof request.spec === 'function' ? request.spec(rootDir) : request.spec;
    writeBundle(dir, withNetwork(made, request.network, netnsPath), rootDir);
    const monitor = startProcess({
      argv: [program.monitorPath, ...argv],
      env: monitorEnvironment(false),
      cwd: dir,
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe', ...(request.heldDescriptors ?? [])],
    });
    return { monitor, args: made.process.args };
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

/** Lets the monitor go on and returns the ID of the process it created. */
async function created(monitor: ChildProcess, args: readonly string[]): Promise<number> {
  const [, , errors, sync, start] = monitor.stdio as readonly unknown[] as readonly (Duplex | undefined)[];
  let complaint = '';
  errors?.setEncoding('utf8').on('data', (text: string) => {
    if (complaint.length < 65_536) complaint += text;
  });
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => undefined);
  monitor.once('error', (cause) =>
    failed.reject(
      new GantryError({ kind: 'unavailable', code: 'no-monitor', message: 'cannot start conmon', cause }),
    ),
  );
  // A monitor that dies at once breaks the pipe; the sync pipe's end tells it better.
  start?.on('error', () => undefined);
  if (monitor.pid !== undefined) placeOutsideService(monitor.pid, monitorCgroup);
  start?.end('\n');
  try {
    const message = await Promise.race([firstOf(syncMessages(sync!)), failed.promise]);
    if (message !== undefined && message.data > 0) return message.data;
    throw startError(message?.message ?? complaint, args);
  } finally {
    errors?.destroy();
    sync?.destroy();
    start?.destroy();
    monitor.unref();
  }
}

async function firstOf<T>(messages: AsyncIterable<T>): Promise<T | undefined> {
  for await (const message of messages) return message;
  return undefined;
}
