import type { ContainerStats, ExecSpec, Resources } from '../../engine/containers.ts';
import type { Session, TerminalSize } from '../../engine/session.ts';
import type { MountPlan } from '../snapshots/snapshotter.ts';
import type { MemoryFiles } from './memory-files.ts';
import type { RuntimeSpec } from './runtime-spec.ts';
import type { ContainerSpecRequest, StepSpecRequest } from './spec-requests.ts';

/** A place for one container's run-time files (OCI "bundle") and the process that is to run in it. */
/** Programs that make containers. */
export type OciKind = 'crun' | 'runc';

export interface LaunchRequest {
  readonly id: string;
  readonly name: string;
  /** Persistent folder of the container; the bundle, log and mount points lie in it. */
  readonly dir: string;
  readonly rootfs: MountPlan;
  readonly spec: SpecForRoot;
  /** Undefined: the usual one. */
  readonly runtime?: OciKind | undefined;
  readonly tty: boolean;
  readonly openStdin: boolean;
  /** Input stays open when the client that gave it leaves (`run -d -i`). Default: it ends then, as for `run -i`. */
  readonly keepStdinOpen?: boolean | undefined;
  /** Undefined: output is not kept. */
  readonly logPath: string | undefined;
  /**
   * Run by the monitor after the exit code is on disk, in its mount namespace; absolute argv. Also when creating failed
   * or a created container was taken back: it must look for itself whether there is something to do.
   */
  readonly exitCommand: readonly string[] | undefined;
  /**
   * Path of a network namespace to join; `new` makes one and calls `configureNetwork` with a descriptor path for it
   * before the process starts; undefined shares the host's.
   */
  readonly network: { readonly join: string } | 'new' | undefined;
  readonly configureNetwork: ((netnsPath: string) => Promise<void>) | undefined;
  /** Makes that namespace, where this thread may not; the descriptor is the caller's to close. */
  readonly openNetwork?: (() => Promise<number>) | undefined;
  /** Where the /dev/shm of another container's process is to be found by a bind of the specification. */
  readonly joinedShm?: { readonly pid: number; readonly at: string } | undefined;
  /** Parts of folders that binds of the specification find elsewhere: mounts that are there for the container alone. */
  readonly parts?: readonly FolderPart[] | undefined;
  /** Then the specification is in memory too, but for the copy the runtime keeps among its state. */
  readonly memory?: MemoryFiles | undefined;
  /** Descriptors the monitor inherits and keeps until it ends: sockets bound to the published ports reserve them. */
  readonly heldDescriptors?: readonly number[] | undefined;
}

/** What is at `path` below `folder`, to be seen at `at`, which is there. */
export interface FolderPart {
  readonly folder: string;
  readonly path: string;
  readonly at: string;
}

/**
 * A specification, or what makes it once the root is mounted: users are looked up inside. Called in the thread that
 * sees the mounts, synchronously.
 */
export type SpecForRoot = RuntimeSpec | ((rootDir: string) => RuntimeSpec);

/** What survives us: enough to find the container again from another process. */
export interface RunningProcess {
  /** The container's first process, in our PID namespace. */
  readonly pid: number;
  /** `starttime` of /proc/PID/stat: a reused PID has another. */
  readonly pidStartTime: string;
  readonly monitorPid: number;
}

/** Runs containers through an OCI runtime with a monitor each that outlives us (conmon). Knows no records. */
export interface Runtime {
  /** Of the program that makes containers. Throws `unavailable` where there is none. */
  kind(): OciKind;
  /** `crun 1.8.1` */
  describe(): Promise<string>;
  /** Looks up what the specification of a container needs; the result goes into `create`. Rejects `invalid`. */
  containerSpec(request: ContainerSpecRequest): Promise<SpecForRoot>;
  /** The same for a RUN step; the result goes into `runStep`. */
  stepSpec(request: StepSpecRequest): Promise<SpecForRoot>;
  /**
   * Mounts, makes namespaces, starts the monitor and creates the container; its process waits for `start`. On any
   * failure nothing is left behind. Rejects `start` with `details.exitCode` 125 to 128 and Docker's words.
   */
  create(request: LaunchRequest): Promise<RunningProcess>;
  start(id: string): Promise<void>;
  /** Ours joined to a created or running container. Several may be. */
  attach(
    id: string,
    dir: string,
    options: { readonly tty: boolean; readonly stdin: boolean; readonly size?: TerminalSize | undefined },
  ): Promise<Session>;
  /**
   * `process` undefined: worked out from the container's own and `spec`. `tellExit`: argv that is run, with the exit
   * status as one more word, once a process that was left at once (`detach`) has ended.
   */
  exec(
    id: string,
    dir: string,
    process: RuntimeSpec['process'] | undefined,
    spec: ExecSpec,
    tellExit?: readonly string[],
  ): Promise<Session>;
  /**
   * `signal` is a number. `process`, where it is known, gets it without the runtime being started for that; `all`: every
   * process of the container. Not running: `conflict` / `container-not-running`.
   */
  kill(
    id: string,
    signal: number,
    options?: { readonly all?: boolean; readonly process?: RunningProcess },
  ): Promise<void>;
  /** Sets limits of a running container. Rejects `conflict` / `limits-refused` with what the kernel said. */
  update(id: string, dir: string, resources: Resources): Promise<void>;
  pause(id: string): Promise<void>;
  resume(id: string): Promise<void>;
  stats(id: string, pid: number): Promise<ContainerStats>;
  /** IDs of all its processes, as we see them: by its cgroup, or where there are none by its first process. */
  processes(id: string, init?: number): Promise<readonly number[]>;
  /**
   * Frees what the runtime still holds of a container whose first process has ended, and ends what that left running in
   * namespaces that are not its own (`--pid host`). By force: one whose first process may be there too. Nothing there:
   * fine. `folderGoes`: `dir` is removed next, with what a run leaves there.
   */
  delete(
    id: string,
    dir: string,
    options?: { readonly force?: boolean; readonly folderGoes?: boolean },
  ): Promise<void>;
  /** What the monitor wrote when the process ended. */
  exitStatus(
    id: string,
    dir: string,
  ): { readonly exitCode: number; readonly finishedAt: string; readonly oomKilled: boolean } | undefined;
  /** Resolves when `exitStatus` has an answer, or the monitor and the process are both gone without one. */
  waitExit(id: string, dir: string, process: RunningProcess, signal?: AbortSignal): Promise<void>;
  alive(process: RunningProcess): boolean;
  /** For build steps: a container without monitor, output to us, killed when the signal fires. Result: exit status. */
  runStep(request: {
    readonly id: string;
    readonly dir: string;
    readonly rootfs: MountPlan;
    readonly spec: SpecForRoot;
    /** Then the specification is in memory too. */
    readonly memory?: MemoryFiles | undefined;
    readonly network: 'new' | undefined;
    readonly configureNetwork: ((netnsPath: string) => Promise<void>) | undefined;
    readonly openNetwork?: (() => Promise<number>) | undefined;
    readonly onOutput: (stream: 'stdout' | 'stderr', data: Uint8Array) => void;
    readonly signal: AbortSignal;
  }): Promise<number>;
  /**
   * Ends what a `runStep` of a process that is dead has left running in `dir`, and frees all that is left of it. Not for
   * a step at work.
   */
  endStep(id: string, dir: string): Promise<void>;
}
