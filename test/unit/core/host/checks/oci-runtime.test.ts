import { describe, expect, it } from 'vitest';
import { ociRuntime } from '../../../../../src/core/host/checks/oci-runtime.ts';
import { hostLookOf } from '../../../../support/host-look-of.ts';

const crun = `\
crun version 1.8.1
commit: f8a096be060b22ccd3d5f3ebe44108517fbf6c30
rundir: /run/user/0/crun
spec: 1.0.0
+SYSTEMD +SELINUX +APPARMOR +CAP +SECCOMP +EBPF +YAJL`;
const runc = `\
runc version 1.1.5+ds1
commit: 1.1.5+ds1-1+deb12u1
spec: 1.0.2-dev
go: go1.19.8
libseccomp: 2.5.4`;

describe('ociRuntime', () => {
  it('prefers crun and says how it is run on hybrid cgroups', async () => {
    const look = hostLookOf({
      programs: { 'crun --version': { text: crun }, 'runc --version': { text: runc } },
    });
    expect(await ociRuntime(look, 'v2')).toEqual({ status: 'ok', found: 'crun 1.8.1 (/usr/bin/crun)' });
    expect(await ociRuntime(look, 'hybrid')).toEqual({
      status: 'ok',
      found: 'crun 1.8.1 (/usr/bin/crun), run where the version 2 cgroup mount is out of its sight',
    });
  });

  it('takes runc where there is no crun', async () => {
    const look = hostLookOf({ programs: { 'runc --version': { text: runc } } });
    expect(await ociRuntime(look, 'hybrid')).toEqual({
      status: 'ok',
      found: 'runc 1.1.5+ds1 (/usr/bin/runc)',
    });
  });

  it('warns of a crun that cannot filter system calls', async () => {
    const look = hostLookOf({
      programs: { 'crun --version': { text: crun.replace('+SECCOMP', '-SECCOMP') } },
    });
    expect(await ociRuntime(look, 'v2')).toMatchObject({
      status: 'degraded',
      meaning: 'system calls of containers are not filtered',
    });
  });

  it('names the package when there is none', async () => {
    expect(await ociRuntime(hostLookOf({}), 'v2')).toMatchObject({
      status: 'missing',
      mend: 'apt-get install crun',
    });
  });
});
