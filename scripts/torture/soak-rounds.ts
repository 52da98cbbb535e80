/** A way a container is made, used and removed, by one command after the other. */
export interface SoakRound {
  readonly name: string;
  /** Words of each command. The last one removes the container, however it is then. */
  readonly commands: (container: string) => readonly (readonly string[])[];
  /** After this many commands the container runs, and its process or its monitor may be killed. 0: never. */
  readonly runsAfter: number;
  /** Status of each command when nobody is killed. Default: 0. */
  readonly status?: Readonly<Record<number, number>>;
}

const image = 'busybox';
const sleep = [image, 'sleep', '1000'];

/** Every kind of thing a container holds: addresses, ports, names, volumes, watchers, restarts. */
export const soakRounds: readonly SoakRound[] = [
  {
    name: 'run --rm',
    commands: (name) => [
      ['run', '--rm', '--name', name, image, 'sh', '-c', 'echo x >/x; exit 3'],
      ['rm', '-f', name],
    ],
    runsAfter: 0,
    status: { 0: 3, 1: 0 },
  },
  {
    name: 'published port',
    commands: (name) => [
      ['run', '-d', '--name', name, '-p', '127.0.0.1::80', ...sleep],
      ['exec', name, 'true'],
      ['port', name, '80'],
      ['stop', '-t', '0', name],
      ['rm', '-f', name],
    ],
    runsAfter: 1,
  },
  {
    name: 'volumes',
    commands: (name) => [
      ['create', '--name', name, '-v', '/anonymous', '-v', 'shared:/shared', ...sleep],
      ['start', name],
      ['cp', '/etc/hostname', `${name}:/anonymous/x`],
      ['kill', name],
      ['rm', '-f', '-v', name],
    ],
    runsAfter: 2,
  },
  {
    name: 'names on a network',
    commands: (name) => [
      ['run', '-d', '--name', name, '--network', 'soak', '--network-alias', 'all', '-p', '80', ...sleep],
      ['restart', '-t', '0', name],
      ['rm', '-f', name],
    ],
    runsAfter: 1,
  },
  {
    name: 'restart policy',
    commands: (name) => [
      ['run', '-d', '--name', name, '--restart', 'on-failure:2', image, 'false'],
      ['inspect', name],
      ['rm', '-f', name],
    ],
    runsAfter: 1,
  },
  {
    name: 'health check, gone by itself',
    commands: (name) => [
      ['run', '-d', '--rm', '--name', name, '--health-cmd', 'true', '--health-interval', '1s', ...sleep],
      ['pause', name],
      ['unpause', name],
      ['stop', '-t', '0', name],
      ['rm', '-f', name],
    ],
    runsAfter: 1,
  },
  {
    name: 'two networks',
    commands: (name) => [
      ['create', '--name', name, '--network', 'soak', ...sleep],
      ['network', 'connect', 'beside', name],
      ['start', name],
      ['network', 'disconnect', 'soak', name],
      ['rm', '-f', name],
    ],
    runsAfter: 3,
  },
  {
    name: 'never started',
    commands: (name) => [
      ['create', '--name', name, '-v', '/anonymous', image],
      ['rename', name, `${name}-renamed`],
      ['rename', `${name}-renamed`, name],
      ['rm', '-v', name],
    ],
    runsAfter: 0,
  },
];
