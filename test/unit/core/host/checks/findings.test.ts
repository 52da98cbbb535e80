import { describe, expect, it } from 'vitest';
import { appArmor } from '../../../../../src/core/host/checks/apparmor.ts';
import { diskSpace } from '../../../../../src/core/host/checks/disk-space.ts';
import { forwarding } from '../../../../../src/core/host/checks/forwarding.ts';
import { givableCapabilities } from '../../../../../src/core/host/checks/givable-capabilities.ts';
import { kernel } from '../../../../../src/core/host/checks/kernel.ts';
import { namespaces } from '../../../../../src/core/host/checks/namespaces.ts';
import { nftables } from '../../../../../src/core/host/checks/nftables.ts';
import { rights } from '../../../../../src/core/host/checks/rights.ts';
import { seccomp } from '../../../../../src/core/host/checks/seccomp.ts';
import { capabilityNames } from '../../../../../src/core/host/own-capabilities.ts';
import { hostLookOf } from '../../../../support/host-look-of.ts';

const all = new Set<string>(capabilityNames);

describe('rights', () => {
  it('wants root', () => {
    expect(rights(hostLookOf({ uid: 1000 }), all)).toMatchObject({ status: 'missing', found: 'user 1000' });
    expect(rights(hostLookOf({}), all)).toEqual({ status: 'ok', found: 'root' });
  });

  it('sees through the root of a container', () => {
    const few = all.difference(new Set(['CAP_SYS_ADMIN', 'CAP_NET_ADMIN']));
    expect(rights(hostLookOf({}), few).found).toBe('root without CAP_SYS_ADMIN, CAP_NET_ADMIN');
  });
});

describe('givableCapabilities', () => {
  it('names what a privileged container will not have', () => {
    const finding = givableCapabilities(all.difference(new Set(['CAP_SYS_RESOURCE'])));
    expect(finding).toMatchObject({ status: 'degraded', found: '40 of 41, not CAP_SYS_RESOURCE' });
  });
});

describe('kernel', () => {
  it.each([
    ['6.18.44', 'ok'],
    ['6.5.0-rc1', 'ok'],
    ['6.1.0-37-amd64', 'degraded'],
    ['5.10.0-35-arm64', 'degraded'],
    ['4.19.0-27-amd64', 'missing'],
  ])('finds %s %s', (release, status) => {
    expect(kernel(release).status).toBe(status);
  });
});

describe('namespaces', () => {
  it('names those that are not there', () => {
    const files = { '/proc/self/ns/mnt': '', '/proc/self/ns/pid': '', '/proc/self/ns/uts': '' };
    expect(namespaces(hostLookOf({ files }))).toMatchObject({
      status: 'missing',
      found: 'mnt pid uts',
      meaning: 'containers cannot be kept apart from the host: no net, ipc namespace',
    });
  });
});

describe('nftables', () => {
  const version = { text: 'nftables v1.0.6 (Lester Gooch #5)' };

  it('wants the kernel to answer, not only the program to be there', async () => {
    const programs = {
      'nft --version': version,
      'nft list tables': {
        status: 1,
        text: 'netlink: Error: cache initialization failed: Protocol not supported',
      },
    };
    expect(await nftables(hostLookOf({ programs }))).toMatchObject({
      status: 'missing',
      found:
        'nft 1.0.6 (/usr/bin/nft), but: netlink: Error: cache initialization failed: Protocol not supported',
      mend: 'load the kernel module: modprobe nf_tables',
    });
  });
});

describe('seccomp', () => {
  it('reads the process status and the actions the kernel offers', () => {
    const files = {
      '/proc/self/status': 'NoNewPrivs:\t0\nSeccomp:\t0\nSeccomp_filters:\t0\n',
      '/proc/sys/kernel/seccomp/actions_avail':
        'kill_process kill_thread trap errno user_notif trace log allow\n',
    };
    expect(seccomp(hostLookOf({ files })).status).toBe('ok');
    expect(seccomp(hostLookOf({ files: { '/proc/self/status': 'NoNewPrivs:\t0\n' } })).status).toBe(
      'degraded',
    );
  });
});

describe('appArmor', () => {
  it('is missed only where the kernel uses it and its files cannot be seen', () => {
    const files = { '/sys/module/apparmor/parameters/enabled': 'Y\n' };
    expect(appArmor(hostLookOf({})).status).toBe('ok');
    expect(appArmor(hostLookOf({ files })).status).toBe('degraded');
    const mounted = { ...files, '/sys/kernel/security/apparmor/profiles': '' };
    expect(appArmor(hostLookOf({ files: mounted }))).toEqual({ status: 'ok', found: 'enabled' });
  });
});

describe('forwarding', () => {
  it('is no fault when it is off and we may switch it on', () => {
    const files = { '/proc/sys/net/ipv4/ip_forward': '0\n' };
    expect(forwarding(hostLookOf({ files })).status).toBe('ok');
    expect(forwarding(hostLookOf({ files, uid: 1000 })).status).toBe('degraded');
  });
});

describe('diskSpace', () => {
  const mebibyte = 1024 ** 2;
  const space = { totalBytes: 10_240 * mebibyte, freeBytes: 5_120 * mebibyte, freeInodes: 600_000 };

  it('tells room from little room and none', () => {
    expect(diskSpace('/x', space)).toEqual({ status: 'ok', found: '5.0 GiB of 10.0 GiB free for /x' });
    expect(diskSpace('/x', { ...space, freeBytes: 1024 * mebibyte }).status).toBe('degraded');
    expect(diskSpace('/x', { ...space, freeBytes: 100 * mebibyte }).status).toBe('missing');
  });

  it('counts files too, except where the file system does not', () => {
    expect(diskSpace('/x', { ...space, freeInodes: 9 }).status).toBe('degraded');
    expect(diskSpace('/x', { ...space, freeInodes: 0 }).status).toBe('ok');
  });
});
