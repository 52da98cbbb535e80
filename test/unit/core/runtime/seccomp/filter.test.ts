import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { containerFilter } from '../../../../../src/core/runtime/seccomp/container-filter.ts';
import { defaultProfile } from '../../../../../src/core/runtime/seccomp/default-profile.ts';
import { cachedFilter } from '../../../../../src/core/runtime/seccomp/filter-cache.ts';
import { fitSeccompProfile } from '../../../../../src/core/runtime/seccomp/fit-profile.ts';
import { withNewerSyscalls } from '../../../../../src/core/runtime/seccomp/newer-syscalls.ts';
import { parseSeccompProfile } from '../../../../../src/core/runtime/seccomp/parse-profile.ts';
import { defaultCapabilities } from '../../../../../src/core/runtime/spec/capabilities.ts';
import { runFilter } from '../../../../support/bpf-machine.ts';
import { tempFolder } from '../../../../support/temp-folder.ts';

const allow = 0x7fff0000;
const notPermitted = 0x00050001;
const notImplemented = 0x00050026;
const x64 = 0xc000003e;
const i386 = 0x40000003;

const folder = tempFolder();
afterAll(() => folder[Symbol.dispose]());

const section = fitSeccompProfile(defaultProfile, {
  caps: new Set(defaultCapabilities),
  arch: 'amd64',
  kernel: [6, 1],
});
const program =
  process.arch === 'x64' ? await cachedFilter(folder.at('cache'), 'test', () => section) : undefined;

describe.skipIf(program === undefined)('the compiled default filter', () => {
  const bytes = Buffer.from(program ?? '', 'base64');
  const verdict = (number: number, args: readonly bigint[] = [], arch = x64): number =>
    runFilter(bytes, { number, arch, args });

  test.each([
    ['read', 0, [], allow],
    ['chroot, which comes with a default capability', 161, [], allow],
    ['mount', 165, [], notPermitted],
    ['unshare', 272, [], notPermitted],
    ['keyctl', 250, [], notPermitted],
    ['io_uring_setup', 425, [], notPermitted],
    ['clone of a thread', 56, [0x3d0f00n], allow],
    ['clone with a user namespace', 56, [0x10000000n], notPermitted],
    ['clone3', 435, [], notImplemented],
    ['socket of AF_INET', 41, [2n], allow],
    ['socket of AF_NETLINK', 41, [16n], allow],
    ['socket of AF_ALG', 41, [38n], notPermitted],
    ['socket of AF_VSOCK', 41, [40n], notPermitted],
    ['personality PER_LINUX', 135, [0n], allow],
    ['personality ADDR_NO_RANDOMIZE', 135, [0x40000n], notPermitted],
    ['fchmodat2, younger than many a libseccomp', 452, [], allow],
    ['mseal', 462, [], allow],
    ['lsm_list_modules, young and not allowed', 461, [], notPermitted],
    ['a call of tomorrow', 600, [], notImplemented],
  ])('judges %s', (_name, number, args, expected) => {
    expect(verdict(number, args)).toBe(expected);
  });

  test('judges 32-bit calls by their own numbers', () => {
    expect(verdict(3, [], i386)).toBe(allow);
    expect(verdict(21, [], i386)).toBe(notPermitted);
    expect(verdict(452, [], i386)).toBe(allow);
    expect(verdict(600, [], i386)).toBe(notImplemented);
  });

  test('kills calls of an architecture that is not ours', () => {
    expect(verdict(0, [], 0xc00000b7)).toBe(0);
  });

  test('is read from disk the second time, and made anew when the file was cut short', async () => {
    const path = folder.at('cache', 'test.bpf');
    const text = readFileSync(path, 'latin1');
    expect(text).toBe(`${program}\n`);
    const fail = (): never => {
      throw new Error('compiled again');
    };
    expect(await cachedFilter(folder.at('cache'), 'test', fail)).toBe(program);
    const { truncateSync } = await import('node:fs');
    truncateSync(path, 1000);
    expect(await cachedFilter(folder.at('cache'), 'test', () => section)).toBe(program);
  });
});

test('newer calls are put only in front of filters that refuse by default', () => {
  const bytes = Uint8Array.of(6, 0, 0, 0, 0, 0, 0xff, 0x7f);
  const open = { ...section, defaultAction: 'SCMP_ACT_ALLOW' } as const;
  expect(withNewerSyscalls(bytes, open, new Set())).toBe(bytes);
  const old = { ...section, syscalls: [{ names: ['read'], action: 'SCMP_ACT_ALLOW' }] } as const;
  expect(withNewerSyscalls(bytes, old, new Set())).toBe(bytes);
});

test('a profile of the user is taken as text or from a file; unconfined is none', async () => {
  const situation = { caps: [], kernel: [6, 1] as const, cacheDir: folder.path, compile: false };
  const text =
    '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mkdir"],"action":"SCMP_ACT_ERRNO"}]}';
  expect((await containerFilter(text, situation))?.section.syscalls).toEqual([
    { names: ['mkdir'], action: 'SCMP_ACT_ERRNO' },
  ]);
  expect(await containerFilter('unconfined', situation)).toBeUndefined();
  await expect(containerFilter('/nowhere.json', situation)).rejects.toThrow(/opening seccomp profile/);
  await expect(containerFilter('relative.json', situation)).rejects.toThrow(/not absolute/);
  await expect(containerFilter('/', situation)).rejects.toThrow(/not a file/);
});

describe('fitting a profile', () => {
  const profile = parseSeccompProfile(
    JSON.stringify({
      defaultAction: 'SCMP_ACT_ERRNO',
      defaultErrnoRet: 38,
      archMap: [{ architecture: 'SCMP_ARCH_AARCH64', subArchitectures: ['SCMP_ARCH_ARM'] }],
      syscalls: [
        { names: ['a'], action: 'SCMP_ACT_ALLOW', includes: { caps: ['CAP_X', 'CAP_Y'] } },
        { names: ['b'], action: 'SCMP_ACT_ALLOW', excludes: { caps: ['CAP_X', 'CAP_Y'] } },
        { names: ['c'], action: 'SCMP_ACT_ALLOW', includes: { arches: ['arm64'] } },
        { names: ['d'], action: 'SCMP_ACT_ALLOW', includes: { minKernel: '5.10' } },
        {
          name: 'e',
          action: 'SCMP_ACT_ERRNO',
          errnoRet: 1,
          args: [{ index: 0, value: 2, op: 'SCMP_CMP_EQ' }],
        },
      ],
    }),
  );
  const names = (caps: readonly string[], arch: 'amd64' | 'arm64', kernel: readonly [number, number]) =>
    fitSeccompProfile(profile, { caps: new Set(caps), arch, kernel }).syscalls.flatMap((rule) => rule.names);

  test('keeps the rules whose conditions hold', () => {
    expect(names(['CAP_X', 'CAP_Y'], 'arm64', [5, 10])).toEqual(['a', 'c', 'd', 'e']);
    expect(names(['CAP_X'], 'amd64', [5, 9])).toEqual(['e']);
    expect(names([], 'amd64', [6, 0])).toEqual(['b', 'd', 'e']);
  });

  test('names the native architecture and those that go with it', () => {
    const fit = (arch: 'amd64' | 'arm64') =>
      fitSeccompProfile(profile, { caps: new Set(), arch, kernel: [6, 1] }).architectures;
    expect(fit('arm64')).toEqual(['SCMP_ARCH_AARCH64', 'SCMP_ARCH_ARM']);
    expect(fit('amd64')).toEqual(['SCMP_ARCH_X86_64']);
  });
});

test.each([
  ['{', 'is not JSON'],
  ['[]', 'not an object'],
  ['{"defaultAction":"SCMP_ACT_FLY"}', 'unknown action'],
  ['{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"action":"SCMP_ACT_ALLOW"}]}', 'without names'],
  [
    '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["a b"],"action":"SCMP_ACT_ALLOW"}]}',
    'not valid',
  ],
  ['{"defaultAction":"SCMP_ACT_ALLOW","defaultErrnoRet":-1}', '0 to 4095'],
  [
    '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["a"],"action":"SCMP_ACT_ALLOW","args":[{"index":6}]}]}',
    'comparison',
  ],
  [
    '{"defaultAction":"SCMP_ACT_ALLOW","archMap":[{"architecture":"SCMP_ARCH_ARM"}],"architectures":["SCMP_ARCH_ARM"]}',
    'both',
  ],
])('the profile %s is refused', (text, words) => {
  expect(() => parseSeccompProfile(text)).toThrow(words);
});
