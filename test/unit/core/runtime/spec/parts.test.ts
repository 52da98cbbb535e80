import { describe, expect, test } from 'vitest';
import { capabilityNames } from '../../../../../src/core/host/own-capabilities.ts';
import { encodeSpec } from '../../../../../src/core/runtime/bundle.ts';
import {
  defaultCapabilities,
  grantedCapabilities,
} from '../../../../../src/core/runtime/spec/capabilities.ts';
import { requestedDevices } from '../../../../../src/core/runtime/spec/devices.ts';
import {
  containerEnvironment,
  overlayEnvironment,
} from '../../../../../src/core/runtime/spec/environment.ts';
import { processConfig, workingDirectory } from '../../../../../src/core/runtime/spec/process-config.ts';
import { checkResources, linuxResources } from '../../../../../src/core/runtime/spec/resources.ts';
import { processLimits } from '../../../../../src/core/runtime/spec/rlimits.ts';
import { parseSecurityOptions } from '../../../../../src/core/runtime/spec/security-options.ts';
import { containerSysctls } from '../../../../../src/core/runtime/spec/sysctls.ts';

const all = new Set<string>(capabilityNames);

describe('granted capabilities', () => {
  test.each([
    [{}, 14, 'CAP_CHOWN', true],
    [{ capDrop: ['chown'] }, 13, 'CAP_CHOWN', false],
    [{ capAdd: ['CAP_SYS_ADMIN'] }, 15, 'CAP_SYS_ADMIN', true],
    [{ capAdd: ['ALL'] }, capabilityNames.length, 'CAP_SYS_ADMIN', true],
    [{ capAdd: ['all'], capDrop: ['SYS_ADMIN'] }, capabilityNames.length - 1, 'CAP_SYS_ADMIN', false],
    [{ capDrop: ['ALL'] }, 0, 'CAP_CHOWN', false],
    [{ capDrop: ['ALL'], capAdd: ['net_admin'] }, 1, 'CAP_NET_ADMIN', true],
    [{ capDrop: ['CHOWN'], capAdd: ['CHOWN'] }, 14, 'CAP_CHOWN', true],
    [{ privileged: true, capDrop: ['ALL'] }, capabilityNames.length, 'CAP_BPF', true],
  ])('%o grants %i', (request, count, name, granted) => {
    const names = grantedCapabilities(request, all);
    expect(names).toHaveLength(count);
    expect(names.includes(name)).toBe(granted);
  });

  test('are never more than we have ourselves', () => {
    expect(grantedCapabilities({ privileged: true }, new Set(['CAP_KILL']))).toEqual(['CAP_KILL']);
    expect(defaultCapabilities).toHaveLength(14);
  });

  test('must be names the kernel has', () => {
    expect(() => grantedCapabilities({ capAdd: ['fly'] }, all)).toThrow(
      'invalid CapAdd: unknown capability: "CAP_FLY"',
    );
  });
});

describe('environment', () => {
  test('later entries take the place of earlier ones, a bare name removes', () => {
    expect(overlayEnvironment(['A=1', 'B=2', 'C=3'], ['B=x', 'D=4', 'C'])).toEqual(['A=1', 'B=x', 'D=4']);
  });

  test('TERM comes with a terminal, HOME from the user database, both give way', () => {
    const facts = { own: [] as string[], hostname: 'h', tty: true, home: '/root' };
    expect(containerEnvironment(facts).slice(1)).toEqual(['HOSTNAME=h', 'TERM=xterm', 'HOME=/root']);
    const own = ['TERM=dumb', 'HOME=/x', 'PATH=/bin'];
    expect(containerEnvironment({ ...facts, own })).toEqual([
      'PATH=/bin',
      'HOSTNAME=h',
      'TERM=dumb',
      'HOME=/x',
    ]);
  });
});

describe('process configuration', () => {
  const image = { Entrypoint: ['/entry'], Cmd: ['a', 'b'], Env: ['X=1'], User: 'joe', WorkingDir: '/w/' };

  test.each([
    [{}, ['/entry', 'a', 'b']],
    [{ command: ['c'] }, ['/entry', 'c']],
    [{ entrypoint: ['/other'] }, ['/other']],
    [{ entrypoint: ['/other'], command: ['c'] }, ['/other', 'c']],
    [{ entrypoint: [], command: ['c'] }, ['c']],
  ])('%o runs %o', (spec, args) => {
    expect(processConfig({ image: 'x', ...spec }, image).args).toEqual(args);
  });

  test('takes user, folder and variables from the image unless told otherwise', () => {
    expect(processConfig({ image: 'x', env: ['Y=2'] }, image)).toMatchObject({
      user: 'joe',
      cwd: '/w',
      env: ['X=1', 'Y=2'],
    });
    expect(processConfig({ image: 'x', user: '5', workingDir: '/v//w/..' }, image)).toMatchObject({
      user: '5',
      cwd: '/v',
    });
  });

  test('needs a command and an absolute folder', () => {
    expect(() => processConfig({ image: 'x' }, undefined)).toThrow('no command specified');
    expect(() => processConfig({ image: 'x', entrypoint: [] }, image)).toThrow('no command specified');
    expect(() => workingDirectory('w')).toThrow(
      "the working directory 'w' is invalid, it needs to be an absolute path",
    );
  });
});

describe('limits of a process', () => {
  const facts = { hardLimits: new Map([['RLIMIT_NOFILE', 20_000]]), mayRaiseLimits: false };

  test('stay below our own where we may not raise them', () => {
    expect(processLimits([], facts)).toEqual([{ type: 'RLIMIT_NOFILE', soft: 20_000, hard: 20_000 }]);
    expect(processLimits([], { ...facts, mayRaiseLimits: true })[0]?.hard).toBe(1_048_576);
    expect(processLimits([{ name: 'nofile', soft: 10, hard: 99_999 }], facts)).toEqual([
      { type: 'RLIMIT_NOFILE', soft: 10, hard: 20_000 },
    ]);
  });

  test('without a bound are written as the largest number there is', () => {
    const [, core] = processLimits([{ name: 'core', soft: -1, hard: -1 }], facts);
    expect(core).toEqual({
      type: 'RLIMIT_CORE',
      soft: Number.POSITIVE_INFINITY,
      hard: Number.POSITIVE_INFINITY,
    });
    const text = encodeSpec({ process: { args: ['"soft":null'], rlimits: [core] } } as never);
    expect(text).toContain('"soft":18446744073709551615,"hard":18446744073709551615');
    expect(JSON.parse(text).process.args).toEqual(['"soft":null']);
  });

  test('must have a known name and an order', () => {
    expect(() => processLimits([{ name: 'x', soft: 1, hard: 1 }], facts)).toThrow('invalid ulimit type: x');
    expect(() => processLimits([{ name: 'core', soft: 2, hard: 1 }], facts)).toThrow(
      'soft limit must be less',
    );
  });
});

describe('resources', () => {
  const facts = { cpus: 2, swapLimit: true };

  test('become those of the specification; swap is as much again as the memory', () => {
    expect(
      linuxResources(
        { memoryBytes: 64 << 20, cpus: 1.5, cpuShares: 512, pidsLimit: 9, cpusetCpus: '0,1' },
        [],
        facts,
      ),
    ).toEqual({
      devices: [{ allow: false, access: 'rwm' }],
      memory: { limit: 64 << 20, swap: 128 << 20 },
      cpu: { shares: 512, quota: 150_000, period: 100_000, cpus: '0,1' },
      pids: { limit: 9 },
    });
    expect(linuxResources({ memoryBytes: 64 << 20, memorySwapBytes: -1 }, [], facts)['memory']).toEqual({
      limit: 64 << 20,
      swap: -1,
    });
    expect(linuxResources({ memoryBytes: 64 << 20 }, [], { ...facts, swapLimit: false })['memory']).toEqual({
      limit: 64 << 20,
    });
    expect(linuxResources({ memoryReservationBytes: 1 << 20 }, [], facts)['memory']).toEqual({
      reservation: 1 << 20,
    });
  });

  test.each([
    [{ memoryBytes: 1 }, 'Minimum memory limit allowed is 6MB'],
    [{ memorySwapBytes: 1 << 30 }, 'You should always set the Memory limit'],
    [{ memoryBytes: 1 << 30, memorySwapBytes: 1 << 20 }, 'memoryswap limit should be larger'],
    [{ memoryBytes: 8 << 20, memoryReservationBytes: 9 << 20 }, 'can not be less than memory reservation'],
    [{ cpus: 3 }, 'range of CPUs is from 0.01 to 2.00, as there are only 2 CPUs available'],
    [{ cpusetCpus: '0;1' }, 'Invalid value 0;1 for cpuset cpus'],
  ])('%o is refused', (resources, words) => {
    expect(() => checkResources(resources, facts)).toThrow(words);
  });
});

describe('security options', () => {
  test('have their defaults, new and old forms', () => {
    expect(parseSecurityOptions()).toEqual({
      noNewPrivileges: false,
      seccomp: 'default',
      appArmor: undefined,
      systemPathsUnconfined: false,
    });
    expect(
      parseSecurityOptions([
        'no-new-privileges',
        'seccomp:unconfined',
        'apparmor=x:y',
        'systempaths=unconfined',
        'label=disable',
      ]),
    ).toEqual({ noNewPrivileges: true, seccomp: 'unconfined', appArmor: 'x:y', systemPathsUnconfined: true });
    expect(parseSecurityOptions(['no-new-privileges:false']).noNewPrivileges).toBe(false);
  });

  test.each(['seccomp', 'nonsense=1', 'no-new-privileges=maybe', ''])('%j is refused', (option) => {
    expect(() => parseSecurityOptions([option])).toThrow('invalid --security-opt');
  });
});

describe('kernel settings', () => {
  test('are those of the own namespaces only', () => {
    expect(containerSysctls({ 'kernel.shmmax': '1', 'fs.mqueue.msg_max': '9' }, false, 65_536)).toEqual({
      'kernel.shmmax': '1',
      'fs.mqueue.msg_max': '9',
    });
    expect(containerSysctls({ 'net.core.somaxconn': '1' }, true, 65_536)).toMatchObject({
      'net.core.somaxconn': '1',
    });
    expect(() => containerSysctls({ 'net.core.somaxconn': '1' }, false, 65_536)).toThrow(
      'not allowed in host network',
    );
    expect(() => containerSysctls({ 'kernel.panic': '1' }, true, 65_536)).toThrow(
      "sysctl 'kernel.panic' is not allowed",
    );
  });
});

describe('devices', () => {
  test('are looked up on the host, with another name and less access inside when asked', () => {
    expect(requestedDevices(['/dev/null:/dev/hole:r'])).toEqual({
      devices: [
        expect.objectContaining({ path: '/dev/hole', type: 'c', major: 1, minor: 3, fileMode: 0o666 }),
      ],
      rules: [{ type: 'c', major: 1, minor: 3, access: 'r' }],
    });
    expect(requestedDevices(['/dev/zero:rw']).devices[0]?.path).toBe('/dev/zero');
  });

  test.each(['/dev/nothing-here', '/etc/passwd', 'dev/null', '/dev/null:/x:q', '/dev/null:/x:r:w', ''])(
    '%j is refused',
    (request) => {
      expect(() => requestedDevices([request])).toThrow(expect.objectContaining({ code: 'device' }));
    },
  );
});
