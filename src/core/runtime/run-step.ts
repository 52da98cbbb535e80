import { closeSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { GantryError } from '../../base/gantry-error.ts';
import { makePipe } from '../host/pipe.ts';
import { withPrivateMounts } from '../host/private-mounts.ts';
import { processEnd, signalProcess } from '../host/process-handle.ts';
import { type ProcessIdentity, processIdentity } from '../host/process-identity.ts';
import { startProcess } from '../host/start-process.ts';
import { rootFolder, sweepBundle, writeBundle } from './bundle.ts';
import { pipeReader } from './fd-stream.ts';
import { forceFreeState, freeState, hasState } from './free-state.ts';
import { withNetwork } from './launch.ts';
import { mountMemory, placeMemoryFiles } from './memory-files.ts';
import { mountRoot } from './mount-root.ts';
import { hideFromRuntime, type OciProgram } from './oci-program.ts';
import { ownNetwork } from './own-network.ts';
import type { Runtime } from './runtime.ts';
import { logOptions, runtimeComplaint } from './runtime-log.ts';
import { startError } from './start-error.ts';

export type StepRequest = Parameters<Runtime['runStep']>[0];

/**
 * Runs a process in a container without a monitor, to its end. Rejects `start` when it cannot be started, the
 * signal's reason when that fires; either way, nothing is left of it but what it wrote.
 */
export async function runStep(program: OciProgram, request: StepRequest): Promise<number> {
  const { id, dir, signal } = request;
  signal.throwIfAborted();
  mkdirSync(program.stateRoot, { recursive: true, mode: 0o700 });
  const netns = await ownNetwork(request);
  try {
    const netnsPath = netns === undefined ? undefined : `/proc/${process.pid}/fd/${netns}`;
    if (netnsPath !== undefined) await request.configureNetwork?.(netnsPath);
    signal.throwIfAborted();
    if (hasState(program, id)) await forceFreeState(program, id);
    return await runToEnd(program, request, netnsPath);
  } catch (error) {
    await forceFreeState(program, id);
    throw error;
  } finally {
    if (netns !== undefined) closeSync(netns);
    for (const name of [logName, pidName]) rmSync(join(dir, name), { force: true });
  }
}

/** What a step leaves whose gantry was killed: the runtime first, for it may be about to start the container. */
export async function endAbandonedStep(program: OciProgram, id: string, dir: string): Promise<void> {
  const runtime = readRuntime(dir);
  if (runtime !== undefined && signalProcess(runtime, constants.signals.SIGKILL)) await processEnd(runtime);
  await forceFreeState(program, id);
  sweepBundle(dir);
}

const logName = 'step.log';
const pidName = 'step.pid';

/** For {@link endAbandonedStep}: processes are told apart by their start, since their numbers are used again. */
function noteRuntime(dir: string, pid: number | undefined): void {
  const identity = pid === undefined ? undefined : processIdentity(pid);
  if (identity !== undefined) writeFileSync(join(dir, pidName), `${identity.pid} ${identity.startTime}`);
}

function readRuntime(dir: string): ProcessIdentity | undefined {
  try {
    const match = /^([1-9]\d*) (\d+)$/.exec(readFileSync(join(dir, pidName), 'latin1'));
    return match === null ? undefined : { pid: Number(match[1]), startTime: match[2] as string };
  } catch {
    return undefined;
  }
}

async function runToEnd(
  program: OciProgram,
  request: StepRequest,
  netnsPath: string | undefined,
): Promise<number> {
  const { id, dir, memory, signal } = request;
  const bundleDir = memory?.dir ?? dir;
  const output = makePipe();
  const errors = makePipe();
  const rootDir = rootFolder(program);
  let args: readonly string[] = [];
  const child = withPrivateMounts(() => {
    try {
      hideFromRuntime(program);
      mountRoot(request.rootfs, rootDir);
      if (memory !== undefined) {
        placeMemoryFiles(memory);
        // The runtime keeps a copy of the specification there; we need nothing of its state but its absence.
        mountMemory(program.stateRoot);
      }
      const spec = typeof request.spec === 'function' ? request.spec(rootDir) : request.spec;
      args = spec.process.args;
      writeBundle(bundleDir, withNetwork(spec, request.network, netnsPath), rootDir);
      return startProcess({
        argv: [
          program.path,
          ...program.options,
          ...logOptions(join(dir, logName)),
          'run',
          '--bundle',
          bundleDir,
          id,
        ],
        stdio: ['ignore', output.writeEnd, errors.writeEnd],
        detached: true,
      });
    } catch (error) {
      closeSync(output.readEnd);
      closeSync(errors.readEnd);
      throw error;
    } finally {
      closeSync(output.writeEnd);
      closeSync(errors.writeEnd);
    }
  });

  noteRuntime(dir, child.pid);
  const ended = Promise.withResolvers<number>();
  child.once('error', ended.reject);
  child.once('exit', (code, name) =>
    ended.resolve(code ?? 128 + (constants.signals[name ?? 'SIGKILL'] ?? 9)),
  );
  const drained = Promise.all([
    forward(output.readEnd, (data) => request.onOutput('stdout', data)),
    forward(errors.readEnd, (data) => request.onOutput('stderr', data)),
  ]);
  const stop = (): void => {
    child.kill('SIGKILL');
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    const status = await ended.promise;
    // What the runtime started may live on without it; its output ends when that has ended too.
    if (signal.aborted) await forceFreeState(program, id);
    await drained;
    if (signal.aborted) throw GantryError.from(signal.reason);
    const complaint = runtimeComplaint(join(dir, logName));
    if (status !== 0 && complaint !== undefined) throw startError(complaint, args);
    if (!freeState(program, id)) await forceFreeState(program, id);
    return status;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

async function forward(fd: number, take: (data: Uint8Array) => void): Promise<void> {
  const socket = pipeReader(fd);
  const ended = Promise.withResolvers<void>();
  socket.on('data', take);
  socket.once('error', () => socket.destroy());
  socket.once('close', () => ended.resolve());
  await ended.promise;
}
