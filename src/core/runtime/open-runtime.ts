import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { GantryError } from '../../base/gantry-error.ts';
import type { EngineDirs } from '../engine-dirs.ts';
import { cgroupProcesses } from '../host/cgroups/cgroup-processes.ts';
import { cgroupOomKills } from '../host/cgroups/cgroup-usage.ts';
import { wakeCgroups } from '../host/cgroups/wake-cgroups.ts';
import { isAlive } from '../host/process-identity.ts';
import { firstProcess, sweepBundle } from './bundle.ts';
import { readExitStatus, waitForExitStatus } from './conmon/exit-files.ts';
import { containerPids } from './container-pids.ts';
import { containerCgroup, forceFreeState, freeState, hasState, killCgroup } from './free-state.ts';
import { monitorAlive } from './monitor-alive.ts';
import { ociKind } from './oci-kind.ts';
import { findOciProgram, type OciProgram, runOci } from './oci-program.ts';
import type { OciKind, RunningProcess, Runtime } from './runtime.ts';

export interface RuntimeOptions {
  /** Default: crun where there is one, else runc. */
  readonly prefer?: OciKind | undefined;
}

/**
 * The runtime of this host, looked for at the first call that needs it: making one costs nothing and cannot fail.
 * What each part needs is loaded with its first use.
 */
export function openRuntime(dirs: Pick<EngineDirs, 'run' | 'cache'>, options: RuntimeOptions = {}): Runtime {
  const found = new Map<OciKind | undefined, OciProgram>();
  const program = (kind: OciKind | undefined = options.prefer): OciProgram => {
    const known = found.get(kind) ?? findOciProgram(dirs.run, kind);
    found.set(kind, known);
    return known;
  };
  /** The one that made a container: each keeps its state in a folder of its own. */
  const programOf = (id: string): OciProgram => {
    const usual = program();
    const other = usual.kind === 'crun' ? 'runc' : 'crun';
    return !hasState(usual, id) && existsSync(join(dirs.run, other, id)) ? program(other) : usual;
  };
  const alive = (process: RunningProcess): boolean =>
    isAlive({ pid: process.pid, startTime: process.pidStartTime });

  return {
    kind: () => program().kind,
    describe: async () => {
      const { kind } = program();
      const { stdout } = await runOci(program(), ['--version']);
      const version = /version (\S+)/.exec(stdout)?.[1];
      return version === undefined ? kind : `${kind} ${version}`;
    },
    containerSpec: async (request) => {
      wakeCgroups();
      const { prepareContainerSpec } = await import('./prepare-spec.ts');
      return prepareContainerSpec(program(ociKind(request.spec)), dirs.cache, request);
    },
    stepSpec: async (request) => {
      wakeCgroups();
      const { prepareStepSpec } = await import('./prepare-spec.ts');
      return prepareStepSpec(program(), dirs.cache, request);
    },
    create: async (request) => {
      const { launch } = await import('./launch.ts');
      // Left by a gantry that was killed between creating and starting it.
      if (hasState(programOf(request.id), request.id))
        await forceFreeState(programOf(request.id), request.id);
      const wanted = program(request.runtime);
      try {
        return await launch(wanted, request);
      } catch (error) {
        await forceFreeState(wanted, request.id);
        throw error;
      }
    },
    start: async (id) => {
      const { releaseStart } = await import('./release-start.ts');
      await releaseStart(programOf(id), id);
    },
    attach: async (id, dir, { tty, stdin, size }) => {
      const { attachSession } = await import('./attach-session.ts');
      return attachSession({ id, dir, tty, stdin, size });
    },
    exec: async (id, dir, process, spec, tellExit) => {
      const { startExec } = await import('./start-exec.ts');
      return startExec(programOf(id), { id, dir, process, spec, tellExit });
    },
    kill: async (id, signal, killOptions) => {
      const { sendSignal } = await import('./send-signal.ts');
      await sendSignal(programOf(id), id, signal, killOptions);
    },
    update: async (id, dir, resources) => {
      const { updateResources } = await import('./update-resources.ts');
      await updateResources(programOf(id), id, dir, resources);
    },
    pause: async (id) => setPaused(id, true),
    resume: async (id) => setPaused(id, false),
    stats: async (id, pid) => {
      const { containerStats } = await import('./container-stats.ts');
      return containerStats(id, pid);
    },
    processes: async (id, init) =>
      init === undefined ? cgroupProcesses(containerCgroup(id)) : containerPids(containerCgroup(id), init),
    delete: async (id, dir, deleteOptions) => {
      const own = programOf(id);
      if (deleteOptions?.force !== true && !freeState(own, id)) {
        if (cgroupProcesses(containerCgroup(id)).includes(firstProcess(dir))) {
          throw new GantryError({
            kind: 'conflict',
            code: 'container-running',
            message: `container ${id} is running: stop the container before removing or force remove`,
          });
        }
        await killCgroup(containerCgroup(id));
      }
      if (!freeState(own, id)) await forceFreeState(own, id);
      if (deleteOptions?.folderGoes !== true) sweepBundle(dir);
    },
    exitStatus: (id, dir) => {
      const status = readExitStatus(id, dir);
      if (status === undefined || status.oomKilled) return status;
      // The monitor may write the status before it has heard of it.
      return { ...status, oomKilled: cgroupOomKills(containerCgroup(id)) > 0 };
    },
    waitExit: (id, dir, process, signal) =>
      waitForExitStatus(id, dir, () => !alive(process) && !mayTell(process.monitorPid, id), signal),
    alive,
    runStep: async (request) => {
      const { runStep } = await import('./run-step.ts');
      return runStep(program(), request);
    },
    endStep: async (id, dir) => {
      const { endAbandonedStep } = await import('./run-step.ts');
      return endAbandonedStep(program(), id, dir);
    },
  };
}

/** The one that has started us has told what it could (a full disk takes nothing), and waits for us. */
function mayTell(monitorPid: number, id: string): boolean {
  return process.ppid !== monitorPid && monitorAlive(monitorPid, id);
}

async function setPaused(id: string, paused: boolean): Promise<void> {
  const path = containerCgroup(id);
  if (cgroupProcesses(path).length === 0) {
    const { notRunning } = await import('./container-stats.ts');
    throw notRunning(id);
  }
  const { setFrozen } = await import('../host/cgroups/freezer.ts');
  await setFrozen(path, paused);
}
