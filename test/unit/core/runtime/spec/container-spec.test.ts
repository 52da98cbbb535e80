import { expect, test } from 'vitest';
import { buildStepSpec } from '../../../../../src/core/runtime/spec/build-step-spec.ts';
import { defaultCapabilities } from '../../../../../src/core/runtime/spec/capabilities.ts';
import {
  type ContainerSpecInput,
  containerSpec,
} from '../../../../../src/core/runtime/spec/container-spec.ts';
import { processConfig } from '../../../../../src/core/runtime/spec/process-config.ts';
import { parseSecurityOptions } from '../../../../../src/core/runtime/spec/security-options.ts';
import type { ContainerSpec } from '../../../../../src/engine/containers.ts';
import { sampleHost } from '../../../../support/host-facts.ts';

const root = { uid: 0, gid: 0, additionalGids: [0], home: '/root' };

function input(
  spec: Partial<ContainerSpec> = {},
  changes: Partial<ContainerSpecInput> = {},
): ContainerSpecInput {
  const full = { image: 'x', command: ['true'], ...spec };
  return {
    id: 'abc',
    spec: full,
    process: processConfig(full, undefined),
    user: root,
    hostname: 'abc',
    network: 'own',
    mounts: [],
    security: parseSecurityOptions(spec.securityOpt),
    seccomp: undefined,
    devices: { devices: [], rules: [] },
    initPath: undefined,
    host: sampleHost(),
    ...changes,
  };
}

test('a plain container gets what Docker gives it', () => {
  expect(containerSpec(input())).toEqual({
    ociVersion: '1.0.2',
    hostname: 'abc',
    annotations: { 'gantry.home': 'passwd' },
    process: {
      terminal: false,
      user: { uid: 0, gid: 0, additionalGids: [0] },
      args: ['true'],
      env: [
        'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
        'HOSTNAME=abc',
        'HOME=/root',
      ],
      cwd: '/',
      capabilities: {
        bounding: expect.arrayContaining([...defaultCapabilities]),
        effective: expect.arrayContaining([...defaultCapabilities]),
        permitted: expect.arrayContaining([...defaultCapabilities]),
        inheritable: [],
        ambient: [],
      },
      rlimits: [{ type: 'RLIMIT_NOFILE', soft: 1_048_576, hard: 1_048_576 }],
      noNewPrivileges: false,
    },
    root: { path: 'rootfs', readonly: false },
    mounts: [
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
        options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5'],
      },
      { destination: '/sys', type: 'sysfs', source: 'sysfs', options: ['nosuid', 'noexec', 'nodev', 'ro'] },
      {
        destination: '/sys/fs/cgroup',
        type: 'cgroup',
        source: 'cgroup',
        options: ['ro', 'nosuid', 'noexec', 'nodev'],
      },
      {
        destination: '/dev/mqueue',
        type: 'mqueue',
        source: 'mqueue',
        options: ['nosuid', 'noexec', 'nodev'],
      },
      {
        destination: '/dev/shm',
        type: 'tmpfs',
        source: 'shm',
        options: ['nosuid', 'noexec', 'nodev', 'mode=1777', 'size=67108864'],
      },
    ],
    linux: {
      namespaces: [
        { type: 'pid' },
        { type: 'ipc' },
        { type: 'uts' },
        { type: 'mount' },
        { type: 'network' },
        { type: 'cgroup' },
      ],
      devices: [],
      cgroupsPath: '/gantry/abc',
      resources: { devices: expect.arrayContaining([{ allow: false, access: 'rwm' }]) },
      maskedPaths: expect.arrayContaining([
        '/proc/kcore',
        '/sys/firmware',
        '/sys/devices/system/cpu/cpu1/thermal_throttle',
      ]),
      readonlyPaths: ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'],
      sysctl: {
        'net.ipv4.ip_unprivileged_port_start': '0',
        'net.ipv4.ping_group_range': '0 2147483647',
      },
    },
  });
});

test('denying every device comes before allowing some', () => {
  const [first, ...others] = containerSpec(input()).linux.resources!['devices'] as { allow: boolean }[];
  expect(first).toEqual({ allow: false, access: 'rwm' });
  expect(others.every((rule) => rule.allow)).toBe(true);
});

test('the network and cgroup namespaces follow the request and the host', () => {
  const shared = containerSpec(input({}, { network: 'host', host: sampleHost({ cgroups: 'hybrid' }) }));
  expect(shared.linux.namespaces.map(({ type }) => type)).toEqual(['pid', 'ipc', 'uts', 'mount']);
  expect(shared.linux.sysctl).toEqual({});
  const bare = containerSpec(input({}, { host: sampleHost({ cgroups: 'none' }) }));
  expect(bare.mounts.some(({ destination }) => destination === '/sys/fs/cgroup')).toBe(false);
});

test('privileged hides nothing and writes /sys, within our own capabilities', () => {
  const host = sampleHost({ boundingCaps: new Set(['CAP_CHOWN', 'CAP_SYS_ADMIN']) });
  const spec = containerSpec(input({ privileged: true }, { host }));
  expect(spec.process.capabilities.bounding).toEqual(['CAP_CHOWN', 'CAP_SYS_ADMIN']);
  expect(spec.linux.maskedPaths).toBeUndefined();
  expect(spec.linux.readonlyPaths).toBeUndefined();
  expect(spec.mounts.find(({ destination }) => destination === '/sys')?.options).toContain('rw');
});

test('a user who is not root holds no capability but may gain those of the bounding set', () => {
  const { capabilities } = containerSpec(input({}, { user: { ...root, uid: 1000 } })).process;
  expect(capabilities).toMatchObject({ effective: [], permitted: [], inheritable: [], ambient: [] });
  expect(capabilities.bounding).toHaveLength(14);
});

test('an init comes first in the arguments and is mounted from the host', () => {
  const spec = containerSpec(input({ init: true }, { initPath: '/usr/bin/tini-static' }));
  expect(spec.process.args).toEqual(['/sbin/gantry-init', '--', 'true']);
  expect(spec.mounts.at(-1)).toEqual({
    destination: '/sbin/gantry-init',
    type: 'bind',
    source: '/usr/bin/tini-static',
    options: ['rbind', 'ro', 'rprivate'],
  });
});

test("mounts of the user's come parents first and take the place of ours", () => {
  const spec = containerSpec(
    input(
      {},
      {
        mounts: [
          { kind: 'bind', source: '/h/deep', target: '/a/b/c', readOnly: true },
          { kind: 'bind', source: '/h', target: '/a', readOnly: false, propagation: 'rslave' },
          { kind: 'tmpfs', target: '/dev/shm', options: 'size=1m,exec' },
        ],
      },
    ),
  );
  expect(spec.mounts.filter(({ destination }) => destination === '/dev/shm')).toEqual([
    {
      destination: '/dev/shm',
      type: 'tmpfs',
      source: 'tmpfs',
      options: ['nosuid', 'nodev', 'rw', 'size=1m', 'exec'],
    },
  ]);
  expect(spec.mounts.slice(-3).map(({ destination }) => destination)).toEqual(['/a', '/dev/shm', '/a/b/c']);
  expect(spec.mounts.at(-1)?.options).toEqual(['rbind', 'rro', 'rprivate']);
  expect(spec.mounts.at(-3)?.options).toEqual(['rbind', 'rw', 'rslave']);
  expect(spec.linux.rootfsPropagation).toBe('slave');
});

test('on older kernels a read-only bind is so at its top only', () => {
  const mounts = [{ kind: 'bind', source: '/h', target: '/a', readOnly: true }] as const;
  const spec = containerSpec(input({}, { mounts, host: sampleHost({ recursiveReadOnly: false }) }));
  expect(spec.mounts.at(-1)?.options).toEqual(['rbind', 'ro', 'rprivate']);
});

test('HOME that somebody chose is kept and not marked as ours', () => {
  const spec = containerSpec(input({ env: ['HOME=/data'] }));
  expect(spec.process.env).toContain('HOME=/data');
  expect(spec.annotations).toBeUndefined();
});

test('an AppArmor profile is asked for only where there is AppArmor', () => {
  const asked = { securityOpt: ['apparmor=mine'] };
  expect(containerSpec(input(asked)).process.apparmorProfile).toBeUndefined();
  const host = sampleHost({ appArmor: true });
  expect(containerSpec(input(asked, { host })).process.apparmorProfile).toBe('mine');
});

test('a RUN step is a container with defaults and no terminal', () => {
  const spec = buildStepSpec({
    request: {
      id: 'step',
      process: { args: ['/bin/sh', '-c', 'make'], env: ['A=1'], user: '', cwd: '/src' },
      hostname: 'builder',
      network: 'host',
      mounts: [],
    },
    user: root,
    seccomp: undefined,
    devices: { devices: [], rules: [] },
    host: sampleHost(),
  });
  expect(spec.process).toMatchObject({ terminal: false, args: ['/bin/sh', '-c', 'make'], cwd: '/src' });
  expect(spec.process.env).toContain('A=1');
  expect(spec.linux.cgroupsPath).toBe('/gantry/step');
  expect(spec.linux.namespaces.some(({ type }) => type === 'network')).toBe(false);
});
