import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { cgroupFolders } from '../../src/core/host/cgroups/cgroup-folders.ts';
import { randomHex } from '../../src/core/host/random-hex.ts';
import { openRuntime } from '../../src/core/runtime/open-runtime.ts';
import type { LaunchRequest, RunningProcess, Runtime } from '../../src/core/runtime/runtime.ts';
import { processConfig } from '../../src/core/runtime/spec/process-config.ts';
import type { ContainerSpecRequest } from '../../src/core/runtime/spec-requests.ts';
import type { ContainerSpec } from '../../src/engine/containers.ts';
import type { Session } from '../../src/engine/session.ts';
import { makeBusyboxRoot } from './busybox-root.ts';
import { type TempFolder, tempFolder } from './temp-folder.ts';

export interface StandContainer {
  readonly id: string;
  readonly dir: string;
  readonly process: RunningProcess;
}

export interface StandOptions {
  readonly launch?: Partial<LaunchRequest>;
  readonly request?: Partial<ContainerSpecRequest>;
}

export interface RunResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A real runtime on a busybox root, in a temp folder. Disposing ends what still runs. */
export class RuntimeStand implements AsyncDisposable {
  readonly folder: TempFolder = tempFolder();
  readonly runtime: Runtime;
  readonly root: string;
  readonly #started: StandContainer[] = [];

  constructor(kind: 'crun' | 'runc') {
    this.root = makeBusyboxRoot(this.folder.at('root'));
    this.runtime = openRuntime(
      { run: this.folder.at('run'), cache: this.folder.at('cache') },
      { prefer: kind },
    );
  }

  /** Folder of a new container and its layers. */
  place(): { readonly id: string; readonly dir: string; readonly rootfs: LaunchRequest['rootfs'] } {
    const id = randomHex(32);
    const dir = this.folder.at('containers', id);
    const [upper, work] = [`${dir}/upper`, `${dir}/work`];
    for (const path of [upper, work]) mkdirSync(path, { recursive: true });
    return { id, dir, rootfs: { kind: 'overlay', lower: [this.root], upper, work, folder: undefined } };
  }

  /** Creates a container as the engine would. */
  async create(
    spec: Omit<ContainerSpec, 'image'>,
    { launch = {}, request = {} }: StandOptions = {},
  ): Promise<StandContainer> {
    const { id, dir, rootfs } = { ...this.place(), ...launch };
    const full = { image: 'busybox', ...spec };
    const made = await this.runtime.containerSpec({
      id,
      spec: full,
      process: processConfig(full, undefined),
      hostname: id.slice(0, 12),
      network: 'own',
      mounts: [],
      ...request,
    });
    const process = await this.runtime.create({
      id,
      name: `test-${id.slice(0, 6)}`,
      dir,
      rootfs,
      spec: made,
      tty: spec.tty === true,
      openStdin: spec.openStdin === true,
      logPath: `${dir}/container.log`,
      exitCommand: undefined,
      network: 'new',
      configureNetwork: undefined,
      ...launch,
    });
    const container = { id, dir, process };
    this.#started.push(container);
    return container;
  }

  /** Creates, joins and starts it. */
  async start(
    spec: Omit<ContainerSpec, 'image'>,
    options: StandOptions = {},
  ): Promise<StandContainer & { readonly session: Session }> {
    const container = await this.create(spec, options);
    const { id, dir } = container;
    const session = await this.runtime.attach(id, dir, {
      tty: spec.tty === true,
      stdin: spec.openStdin === true,
    });
    await this.runtime.start(id);
    return { ...container, session };
  }

  /** Runs a command to its end and frees the container. */
  async run(
    command: readonly string[],
    spec: Omit<ContainerSpec, 'image'> = {},
    options: StandOptions = {},
  ): Promise<RunResult> {
    const { id, dir, session } = await this.start({ command, ...spec }, options);
    await using _session = session;
    const result = await finished(session);
    await this.runtime.delete(id, dir);
    return result;
  }

  /** What is left on the host of the containers of this stand: mounts, cgroups, state, processes. */
  leftovers(): readonly string[] {
    const mounts = readFileSync('/proc/self/mountinfo', 'utf8')
      .split('\n')
      .filter((line) => line.includes(this.folder.path));
    const cgroups = this.#started
      .flatMap(({ id }) => cgroupFolders(`/gantry/${id}`))
      .filter((path) => existsSync(path));
    const states = ['crun', 'runc'].flatMap((kind) => namesIn(this.folder.at('run', kind)));
    const processes = namesIn('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((pid) => commandLine(pid))
      .filter((words) => this.#started.some(({ id }) => words.includes(id)));
    return [...mounts, ...cgroups, ...states, ...processes];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { id, dir } of this.#started) await this.runtime.delete(id, dir, { force: true });
    this.folder[Symbol.dispose]();
  }
}

/** Reads a session to its end. */
export async function finished(session: Session): Promise<RunResult> {
  const texts = { stdout: '', stderr: '' };
  for await (const { stream, data } of session.output) texts[stream] += Buffer.from(data).toString();
  return { exitCode: await session.exit, ...texts };
}

function namesIn(dir: string): readonly string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}

/** The words a process was started with; empty when it has gone. */
export function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}
