import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ContainerConfig } from '../../../src/oci/image-config.ts';

/** An image whose maker wants to reach the machine of whoever runs it. */
export interface HostileImage {
  readonly name: string;
  readonly config?: ContainerConfig;
  /** Makes its files, in a layer upon busybox. */
  readonly prepare?: (root: string, prey: string) => void;
  /** How its start, or the making of the container, fails. Undefined: it runs, harmlessly. */
  readonly refusal?: RegExp;
  /** What `command` (default: `id -u`) says where it runs. */
  readonly says?: RegExp;
  readonly command?: readonly string[];
}

/** Links in place of files or folders of the image. */
const links =
  (paths: readonly string[], to: (prey: string) => string) =>
  (root: string, prey: string): void => {
    for (const path of paths) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      symlinkSync(to(prey), join(root, path));
    }
  };
const link = (path: string, to: (prey: string) => string) => links([path], to);
const identity = ['etc/hosts', 'etc/hostname', 'etc/resolv.conf'];
/** Climbs further than any root is deep. */
const up = '../../../../../../../../../..';
const volume = (path: string): ContainerConfig => ({ Volumes: { [path]: {} } });

const linked: readonly HostileImage[] = [
  { name: 'files of ours that lead out', prepare: links(identity, (prey) => `${prey}/secret`) },
  { name: 'files of ours that climb out', prepare: links(identity, (prey) => `${up}${prey}/secret`) },
  { name: 'files of ours that lead to what is not there', prepare: links(identity, (prey) => `${prey}/new`) },
  {
    name: '/etc/hosts leads to a file of the kernel',
    prepare: link('etc/hosts', () => '/proc/sysrq-trigger'),
    refusal: /inside \/proc/,
  },
  {
    name: '/etc/hosts leads to the root of a process',
    prepare: link('etc/hosts', (prey) => `/proc/1/root${prey}/secret`),
  },
  { name: '/etc leads out', prepare: link('etc', (prey) => prey) },
  { name: '/dev leads out', prepare: link('dev', (prey) => `${prey}/folder`) },
  { name: '/dev climbs out', prepare: link('dev', (prey) => `${up}${prey}/folder`) },
  { name: '/proc leads out', prepare: link('proc', (prey) => `${prey}/folder`) },
  { name: '/proc leads to the root', prepare: link('proc', () => '/') },
  { name: '/sys leads out', prepare: link('sys', (prey) => `${prey}/folder`) },
  {
    name: '/sys/fs/cgroup leads out',
    prepare: (root, prey) => {
      mkdirSync(join(root, 'sys/fs'), { recursive: true });
      symlinkSync(prey, join(root, 'sys/fs/cgroup'));
    },
  },
  {
    name: 'links below /dev',
    prepare: links(
      ['null', 'pts', 'shm', 'mqueue', 'console', 'ptmx', 'fd'].map((name) => `dev/${name}`),
      (prey) => `${prey}/folder`,
    ),
  },
  {
    name: 'a link at a masked path',
    prepare: link('proc/kcore', (prey) => `${prey}/secret`),
  },
  {
    name: 'the program is a link that leads out',
    prepare: link('bin/id', (prey) => `${prey}/secret`),
    refusal: /no such file|not found/,
  },
];

const volumes: readonly HostileImage[] = [
  { name: 'a volume at /', config: volume('/'), refusal: /destination can't be '\/'/ },
  { name: 'a volume at /..', config: volume('/../..'), refusal: /destination can't be '\/'/ },
  { name: 'a volume at a relative path', config: volume('../outside'), refusal: /must be absolute/ },
  { name: 'a volume with a NUL in its path', config: volume('/data\0/etc'), refusal: /must be absolute/ },
  { name: 'a volume over /proc', config: volume('/proc'), refusal: /not of type proc/ },
  { name: 'a volume in /proc', config: volume('/proc/sys/kernel'), refusal: /inside \/proc/ },
  {
    name: 'a volume at a link to /proc',
    config: volume('/data'),
    prepare: link('data', () => '/proc'),
    refusal: /not of type proc/,
  },
  {
    name: 'a volume at a link into /proc, round a corner',
    config: volume('/data/kernel'),
    prepare: (root) => {
      symlinkSync('other/../proc/sys', join(root, 'data'));
      symlinkSync('/', join(root, 'other'));
    },
    refusal: /inside \/proc/,
  },
  {
    name: 'a volume at a link that leads out',
    config: volume('/data'),
    prepare: link('data', (prey) => prey),
    command: ['ls', '/data/'],
  },
  {
    name: 'a volume below a link that climbs out',
    config: volume('/data/folder'),
    prepare: link('data', (prey) => `${up}${prey}`),
    command: ['ls', '/data/folder'],
  },
  {
    name: 'a volume at a link to the root',
    config: volume('/data'),
    prepare: link('data', () => '/'),
    refusal: /destination can't be '\/'/,
  },
  {
    name: 'a volume that holds links that lead out',
    config: volume('/data'),
    prepare: (root, prey) => {
      mkdirSync(join(root, 'data'));
      symlinkSync(`${prey}/secret`, join(root, 'data/secret'));
      symlinkSync(`${prey}/folder`, join(root, 'data/folder'));
    },
    command: ['sh', '-c', 'cat /data/secret; echo x >/data/folder/x; ls /data'],
    says: /^folder\nsecret\n$/,
  },
];

const passwd =
  (make: (path: string, prey: string) => void) =>
  (root: string, prey: string): void => {
    mkdirSync(join(root, 'etc'));
    make(join(root, 'etc/passwd'), prey);
  };

const users: readonly HostileImage[] = [
  { name: 'a user beyond 31 bits', config: { User: '4294967296' }, refusal: /must be in range/ },
  {
    name: 'a user who would come round to root',
    config: { User: '4294967295' },
    refusal: /must be in range/,
  },
  { name: 'a negative user', config: { User: '-1' }, refusal: /unable to find user -1/ },
  { name: 'a user that is a path', config: { User: '../../etc/shadow' }, refusal: /unable to find user/ },
  {
    name: 'a user with a line of its own',
    config: { User: 'x\nroot:x:0:0' },
    refusal: /unable to find user/,
  },
  { name: 'a number that is the name of somebody else', config: { User: '4242' }, says: /^4242\n$/ },
  { name: 'a group beyond 31 bits', config: { User: '0:4294967295' }, refusal: /must be in range/ },
  {
    name: 'a list of users that never ends',
    config: { User: 'joe' },
    prepare: passwd((path) => symlinkSync('/dev/zero', path)),
    refusal: /unable to find user joe/,
  },
  {
    name: 'a list of users nobody writes to',
    config: { User: 'joe' },
    prepare: passwd((path) => execFileSync('mkfifo', [path])),
    refusal: /unable to find user joe/,
  },
  {
    name: 'a list of users larger than any is',
    config: { User: 'joe' },
    prepare: passwd((path) => {
      writeFileSync(path, '');
      truncateSync(path, 8 << 20);
    }),
    refusal: /unable to find user joe/,
  },
  {
    name: 'the list of users of the machine',
    config: { User: 'joe' },
    prepare: passwd((path) => symlinkSync(`${up}/etc/passwd`, path)),
    refusal: /unable to find user joe/,
  },
  {
    name: 'a user whose number wraps',
    config: { User: 'mallory' },
    prepare: passwd((path) => writeFileSync(path, 'mallory:x:4294967296:0::/:\n')),
    refusal: /unable to find user mallory/,
  },
];

const processes: readonly HostileImage[] = [
  {
    name: 'works in a folder that climbs',
    config: { WorkingDir: '/../../../..' },
    command: ['pwd'],
    says: /^\/\n$/,
  },
  {
    name: 'works in a relative folder',
    config: { WorkingDir: '../..' },
    refusal: /needs to be an absolute path/,
  },
  {
    name: 'works in a folder with a NUL',
    config: { WorkingDir: '/a\0b' },
    refusal: /needs to be an absolute path/,
  },
  {
    name: 'works behind a link that leads out',
    config: { WorkingDir: '/w/new' },
    prepare: link('w', (prey) => prey),
    command: ['pwd'],
  },
  {
    name: 'works where a link leads to a descriptor',
    config: { WorkingDir: '/w' },
    prepare: link('w', () => '/proc/self/fd/7'),
    command: ['sh', '-c', 'cat ../../../../../../../..$PREY; ls -a'],
  },
  {
    name: 'runs the program that runs it',
    config: { Entrypoint: ['/proc/self/exe'] },
    command: ['--version'],
  },
  { name: 'ends by a signal that is none', config: { StopSignal: 'SIGBOGUS; reboot' } },
  {
    name: 'exposes a port that is none',
    config: { ExposedPorts: { '99999999/tcp': {}, '../x': {}, '80/tcp\nevil': {} } },
  },
  {
    name: 'has variables that are none',
    config: {
      Env: [
        '=x',
        'NO_EQUALS',
        'A=\u001b[2J',
        'PATH=/bin:/usr/bin',
        'LD_PRELOAD=/evil.so',
        'NODE_OPTIONS=--require=/evil.js',
      ],
    },
  },
  { name: 'has a variable with a NUL', config: { Env: ['A=b\0C=d'] } },
  {
    name: 'has labels that are settings of runtimes',
    config: {
      Labels: {
        'run.oci.handler': 'krun',
        'run.oci.hooks.stdout': '/tmp/x',
        'run.oci.keep_original_groups': '1',
        'io.podman.annotations.privileged': 'TRUE',
        'run.oci.mount_context_type': 'x',
      },
    },
  },
];

export const hostileImages: Readonly<Record<string, readonly HostileImage[]>> = {
  'links where mounts go': linked,
  volumes,
  users,
  'what to run': processes,
};
