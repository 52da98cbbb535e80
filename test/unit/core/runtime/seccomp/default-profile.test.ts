import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  defaultProfile,
  defaultProfileVersion,
} from '../../../../../src/core/runtime/seccomp/default-profile.ts';
import { fitSeccompProfile } from '../../../../../src/core/runtime/seccomp/fit-profile.ts';
import { parseSeccompProfile } from '../../../../../src/core/runtime/seccomp/parse-profile.ts';
import type { SeccompProfile } from '../../../../../src/core/runtime/seccomp/profile.ts';

const debianProfile = '/usr/share/containers/seccomp.json';

function allowed(profile: SeccompProfile, caps: readonly string[] = []): ReadonlySet<string> {
  const section = fitSeccompProfile(profile, { caps: new Set(caps), arch: 'amd64', kernel: [6, 1] });
  return new Set(
    section.syscalls.filter(({ action }) => action === 'SCMP_ACT_ALLOW').flatMap(({ names }) => names),
  );
}

test('a change of the profile raises its version', () => {
  const hash = createHash('sha256').update(JSON.stringify(defaultProfile)).digest('hex').slice(0, 16);
  expect([defaultProfileVersion, hash]).toMatchInlineSnapshot(`
    [
      1,
      "4b6bb16ab4f173ca",
    ]
  `);
});

test('allows 361 calls to everyone, each named once', () => {
  const names = defaultProfile.syscalls
    .filter((rule) => !rule.args && !rule.includes && !rule.excludes && rule.action === 'SCMP_ACT_ALLOW')
    .flatMap((rule) => rule.names);
  expect(names).toHaveLength(361);
  expect(new Set(names).size).toBe(361);
});

test('lets no container without the capability mount, unshare, load modules or trace the kernel', () => {
  const calls = allowed(defaultProfile);
  for (const name of [
    'mount',
    'umount2',
    'unshare',
    'setns',
    'pivot_root',
    'bpf',
    'keyctl',
    'add_key',
    'reboot',
  ]) {
    expect(calls.has(name), name).toBe(false);
  }
  for (const name of [
    'init_module',
    'kexec_load',
    'perf_event_open',
    'open_by_handle_at',
    'io_uring_setup',
  ]) {
    expect(calls.has(name), name).toBe(false);
  }
  expect(allowed(defaultProfile, ['CAP_SYS_ADMIN']).has('mount')).toBe(true);
  expect(allowed(defaultProfile, ['CAP_SYS_ADMIN']).has('keyctl')).toBe(false);
});

test.skipIf(!existsSync(debianProfile))(
  "differs from Debian's in what is listed here and nothing else",
  () => {
    const ours = allowed(defaultProfile);
    const theirs = allowed(parseSeccompProfile(readFileSync(debianProfile, 'utf8')));
    const only = (some: ReadonlySet<string>, others: ReadonlySet<string>): string =>
      [...some]
        .filter((name) => !others.has(name))
        .sort()
        .join(' ');
    expect(only(theirs, ours)).toMatchInlineSnapshot(
      `"clone3 fsconfig fsmount fsopen fspick get_mempolicy keyctl mbind mount mount_setattr move_mount open_tree pidfd_getfd pivot_root readdir reboot set_mempolicy setns sigaction signal sigpending sigsuspend syscall syslog timerfd umount umount2 unshare"`,
    );
    expect(only(ours, theirs)).toMatchInlineSnapshot(
      `"cachestat fchmodat2 futex_requeue futex_wait futex_waitv futex_wake getxattrat io_pgetevents io_pgetevents_time64 listmount listxattrat map_shadow_stack mseal removexattrat riscv_hwprobe setxattrat statmount uretprobe vmsplice"`,
    );
  },
);
