import type { RuntimeMount } from '../runtime-spec.ts';

/** A mount of the user's or of the engine's own, everything about it decided: volumes are binds of their folder. */
export type ResolvedMount =
  | {
      readonly kind: 'bind';
      /** Absolute, there already. */
      readonly source: string;
      readonly target: string;
      readonly readOnly: boolean;
      /** The source is no folder. Filled in when the specification is prepared. */
      readonly file?: boolean | undefined;
      /** `rprivate` (default), `private`, `rslave`, `slave`, `rshared`, `shared`. */
      readonly propagation?: string | undefined;
      /** Without what is mounted below the source. */
      readonly nonRecursive?: boolean | undefined;
    }
  | {
      readonly kind: 'tmpfs';
      readonly target: string;
      /** As `--tmpfs TARGET:OPTIONS` has them: `size=64m,mode=1777,exec`. */
      readonly options: string;
    };

export interface MountFacts {
  readonly cgroups: 'v1' | 'v2' | 'hybrid' | 'none';
  /** Owns pseudo-terminals; undefined where there is no such group. */
  readonly terminalGroup: number | undefined;
  readonly shmSizeBytes: number;
  readonly privileged: boolean;
  /** Whose shared memory and message queues it sees. Default: its own. */
  readonly ipc?: 'own' | 'host' | 'none' | undefined;
  /** Message queues of the machine cannot be mounted there. */
  readonly inUserNamespace?: boolean | undefined;
  /** The kernel makes a whole tree read-only (5.12 and later). */
  readonly recursiveReadOnly: boolean;
}

/**
 * Docker's own mounts and then the others over them, parents before children. One that is mounted at the same place
 * as one of ours takes its place.
 */
export function containerMounts(own: readonly ResolvedMount[], facts: MountFacts): readonly RuntimeMount[] {
  const targets = new Set(own.map((mount) => mount.target));
  const shadowed = (destination: string): boolean =>
    targets.has(destination) || (destination.startsWith('/dev/') && targets.has('/dev'));
  const system = systemMounts(facts).filter(({ destination }) => !shadowed(destination));
  const others = own.map((mount) => (mount.kind === 'bind' ? bind(mount, facts) : tmpfs(mount)));
  return [...system, ...others.sort((a, b) => depth(a) - depth(b))];
}

function systemMounts(facts: MountFacts): readonly RuntimeMount[] {
  const readOnly = facts.privileged ? 'rw' : 'ro';
  return [
    { destination: '/proc', type: 'proc', source: 'proc', options: ['nosuid', 'noexec', 'nodev'] },
    {
      destination: '/dev',
      type: 'tmpfs',
      source: 'tmpfs',
      options: ['nosuid', 'strictatime', 'mode=755', 'size=65536k'],
    },
    {
      destination: '/dev/pts',
      type: 'devpts',
      source: 'devpts',
      options: [
        ...['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620'],
        ...(facts.terminalGroup === undefined ? [] : [`gid=${facts.terminalGroup}`]),
      ],
    },
    { destination: '/sys', type: 'sysfs', source: 'sysfs', options: ['nosuid', 'noexec', 'nodev', readOnly] },
    ...(facts.cgroups === 'none'
      ? []
      : [
          {
            destination: '/sys/fs/cgroup',
            type: 'cgroup',
            source: 'cgroup',
            options: [readOnly, 'nosuid', 'noexec', 'nodev'],
          },
        ]),
    ...(facts.inUserNamespace && facts.ipc === 'host'
      ? []
      : [
          {
            destination: '/dev/mqueue',
            type: 'mqueue',
            source: 'mqueue',
            options: ['nosuid', 'noexec', 'nodev'],
          },
        ]),
    ...sharedMemory(facts),
  ];
}

function sharedMemory({ ipc, shmSizeBytes }: MountFacts): readonly RuntimeMount[] {
  const destination = '/dev/shm';
  if (ipc === 'none') return [];
  if (ipc === 'host')
    return [{ destination, type: 'bind', source: destination, options: ['rbind', 'rprivate'] }];
  const options = ['nosuid', 'noexec', 'nodev', 'mode=1777', `size=${shmSizeBytes}`];
  return [{ destination, type: 'tmpfs', source: 'shm', options }];
}

function bind(mount: Extract<ResolvedMount, { kind: 'bind' }>, facts: MountFacts): RuntimeMount {
  // crun can make only folders read-only with all that is mounted below them; nothing is below a file.
  const alone = mount.nonRecursive === true;
  const readOnly = facts.recursiveReadOnly && mount.file !== true && !alone ? 'rro' : 'ro';
  return {
    destination: mount.target,
    type: 'bind',
    source: mount.source,
    options: [alone ? 'bind' : 'rbind', mount.readOnly ? readOnly : 'rw', mount.propagation || 'rprivate'],
  };
}

/** Docker's defaults for a tmpfs, each given way to by its opposite. */
const tmpfsDefaults = [
  ['noexec', 'exec'],
  ['nosuid', 'suid'],
  ['nodev', 'dev'],
] as const;

function tmpfs(mount: Extract<ResolvedMount, { kind: 'tmpfs' }>): RuntimeMount {
  const given = mount.options.split(',').filter((option) => option !== '');
  const defaults = tmpfsDefaults
    .filter(([name, opposite]) => !given.includes(opposite) && !given.includes(name))
    .map(([name]) => name);
  return {
    destination: mount.target,
    type: 'tmpfs',
    source: 'tmpfs',
    options: [
      ...defaults,
      ...(given.includes('ro') ? [] : ['rw']),
      ...given.filter((option) => option !== 'rw'),
    ],
  };
}

function depth({ destination }: RuntimeMount): number {
  return destination.split('/').filter((part) => part !== '').length;
}
