import { writeFileSync } from 'node:fs';
import { mustRun, type ProgramOptions, type ProgramResult, runProgram } from './run-program.ts';
import { tempFolder } from './temp-folder.ts';

/** Debian's podman with its images, containers and state in a folder of its own. */
export interface Podman extends AsyncDisposable {
  /** What runs it, and with which environment. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** `podman ARGS`; any status is a result. */
  podman(...args: readonly string[]): Promise<ProgramResult>;
  podmanWith(options: ProgramOptions, ...args: readonly string[]): Promise<ProgramResult>;
  /** Standard output of `podman ARGS`, which must succeed. */
  must(...args: readonly string[]): Promise<string>;
}

/** Its containers have `--network none` unless told otherwise. Disposing of it removes them all. */
export function podman(): Podman {
  const folder = tempFolder();
  // Without limits of our own it asks for more open files than a machine may allow, and no container starts. crun as
  // podman calls it refuses hybrid cgroups.
  writeFileSync(
    folder.at('containers.conf'),
    `[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
netns = "none"
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
tmp_dir = "${folder.at('tmp')}"
[network]
network_config_dir = "${folder.at('networks')}"
`,
  );
  writeFileSync(folder.at('registries.conf'), '[[registry]]\nprefix = "*.invalid"\nlocation = "localhost"\n');
  const env = {
    CONTAINERS_CONF: folder.at('containers.conf'),
    CONTAINERS_REGISTRIES_CONF: folder.at('registries.conf'),
  };
  const argv = [
    'podman',
    ...['--root', folder.at('root'), '--runroot', folder.at('run'), '--storage-driver', 'overlay'],
    ...['--log-level', 'error'],
  ];
  return {
    argv,
    env,
    podman: (...args) => runProgram([...argv, ...args], { env }),
    podmanWith: (more, ...args) => runProgram([...argv, ...args], { ...more, env: { ...env, ...more.env } }),
    must: (...args) => mustRun([...argv, ...args], { env }),
    async [Symbol.asyncDispose]() {
      await runProgram([...argv, 'rm', '--all', '--force', '--time', '0'], { env });
      // What podman keeps mounted for its storage goes with the last image.
      await runProgram([...argv, 'rmi', '--all', '--force'], { env });
      await runProgram(['umount', folder.at('root', 'overlay')]);
      folder[Symbol.dispose]();
    },
  };
}
