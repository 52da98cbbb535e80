import type { ChildProcess, StdioOptions } from 'node:child_process';
import { join } from 'node:path';
import { GantryError } from '../../base/gantry-error.ts';
import { cgroupMounts } from '../host/cgroups/cgroup-mode.ts';
import { findBinary } from '../host/find-binary.ts';
import { mount } from '../host/mount.ts';
import { withPrivateMounts } from '../host/private-mounts.ts';
import { spawnProgram } from '../host/spawn-program.ts';
import { startProcess } from '../host/start-process.ts';

/** The OCI runtime of this host and the monitor that goes with it. */
export interface OciProgram {
  readonly kind: 'crun' | 'runc';
  readonly path: string;
  readonly monitorPath: string;
  /** Options before every command: where it keeps its state. */
  readonly options: readonly string[];
  /** Folder of its state, one folder a container below it. */
  readonly stateRoot: string;
  /** Where every container's root is mounted, each in a mount namespace of its own. */
  readonly mountPoint: string;
  /**
   * crun refuses hosts with both cgroup versions, but works with version 1 where it cannot see version 2; then this is
   * the mount to hide from it.
   */
  readonly hiddenMount: string | undefined;
}

/**
 * crun before runc: it starts containers in a third of the time.
 * @param prefer the only one to look for
 * @throws GantryError `unavailable` / `no-oci-runtime`, `no-monitor`
 */
export function findOciProgram(
  runDir: string,
  prefer?: 'crun' | 'runc',
  find: typeof findBinary = findBinary,
): OciProgram {
  const order = prefer === undefined ? (['crun', 'runc'] as const) : ([prefer] as const);
  for (const kind of order) {
    const path = find(kind);
    if (path === undefined) continue;
    const monitorPath = findMonitor(find);
    const stateRoot = join(runDir, kind);
    const { mode, unified } = cgroupMounts();
    return {
      kind,
      path,
      monitorPath,
      options: [
        `--root=${stateRoot}`,
        ...(kind === 'crun' && mode === 'none' ? ['--cgroup-manager=disabled'] : []),
      ],
      stateRoot,
      mountPoint: join(runDir, 'rootfs'),
      hiddenMount: kind === 'crun' && mode === 'hybrid' ? unified : undefined,
    };
  }
  throw new GantryError({
    kind: 'unavailable',
    code: 'no-oci-runtime',
    message: `No OCI runtime found: install ${prefer ?? 'crun or runc'}`,
    hint: `On Debian or Ubuntu: apt-get install ${prefer ?? 'crun'}`,
  });
}

function findMonitor(find: typeof findBinary): string {
  const path = find('conmon') ?? find('conmon', '/usr/libexec/podman:/usr/lib/podman');
  if (path !== undefined) return path;
  throw new GantryError({
    kind: 'unavailable',
    code: 'no-monitor',
    message: 'No container monitor found: install conmon',
    hint: 'On Debian or Ubuntu: apt-get install conmon',
  });
}

/** Runs `work`, synchronous, where the runtime can be started: out of sight of what it cannot bear. */
export function inRuntimeView<T>(program: OciProgram, work: () => T): T {
  if (program.hiddenMount === undefined) return work();
  return withPrivateMounts(() => {
    hideFromRuntime(program);
    return work();
  });
}

/**
 * Inside a private mount namespace only. Something goes over the mount instead of the mount away: the runtime makes
 * folders there, and what lies below is the machine's, where they would stay.
 */
export function hideFromRuntime({ hiddenMount }: OciProgram): void {
  if (hiddenMount !== undefined) mount({ source: 'none', target: hiddenMount, type: 'tmpfs' });
}

/** Starts a command of the runtime, in a session of its own: a Ctrl-C in our terminal is not meant for it. */
export function startOci(
  program: OciProgram,
  command: readonly string[],
  stdio: StdioOptions = ['ignore', 'pipe', 'pipe'],
): ChildProcess {
  return inRuntimeView(program, () =>
    startProcess({ argv: [program.path, ...program.options, ...command], stdio, detached: true }),
  );
}

/** The same without Node's streams: the ID of a child to wait for (`childStatus`). */
export function spawnOci(
  program: OciProgram,
  command: readonly string[],
  descriptors: readonly (number | undefined)[],
): number {
  const argv = [program.path, ...program.options, ...command] as const;
  return inRuntimeView(program, () => spawnProgram({ argv, env: process.env, cwd: '/', descriptors }));
}

/** Runs a command of the runtime to its end. */
export async function runOci(
  program: OciProgram,
  command: readonly string[],
): Promise<{ readonly status: number; readonly stdout: string; readonly stderr: string }> {
  const child = startOci(program, command);
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  child.once('error', reject);
  child.once('close', (status) => resolve(status ?? -1));
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      if (texts[name].length < outputLimit) texts[name] += text;
    });
  }
  return { status: await promise, ...texts };
}

const outputLimit = 1 << 20;
