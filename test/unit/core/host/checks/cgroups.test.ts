import { describe, expect, it } from 'vitest';
import { parseCgroupMounts } from '../../../../../src/core/host/cgroups/cgroup-mode.ts';
import { cgroups } from '../../../../../src/core/host/checks/cgroups.ts';
import { hostLookOf } from '../../../../support/host-look-of.ts';

// /proc/self/mountinfo of Debian 12 as it is installed.
const unified = `\
24 30 0:22 / /sys rw,nosuid,nodev,noexec,relatime shared:7 - sysfs sysfs rw
33 24 0:28 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:9 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot
`;
// Of a machine started with systemd.unified_cgroup_hierarchy=0.
const hybrid = `\
33 24 0:28 / /sys/fs/cgroup ro,nosuid,nodev,noexec shared:9 - tmpfs tmpfs ro,size=4096k,nr_inodes=1024,mode=755
34 33 0:29 / /sys/fs/cgroup/unified rw,nosuid,nodev,noexec,relatime shared:10 - cgroup2 cgroup2 rw,nsdelegate
35 33 0:30 / /sys/fs/cgroup/systemd rw,nosuid,nodev,noexec,relatime shared:11 - cgroup cgroup rw,xattr,name=systemd
40 33 0:35 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid,nodev,noexec,relatime shared:16 - cgroup cgroup rw,cpu,cpuacct
41 33 0:36 / /sys/fs/cgroup/pids rw,nosuid,nodev,noexec,relatime shared:17 - cgroup cgroup rw,pids
`;
const procCgroups = `\
#subsys_name	hierarchy	num_cgroups	enabled
cpuset	3	1	1
cpu	1	1	1
cpuacct	2	1	1
memory	0	55	0
pids	8	1	1
`;

describe('cgroups', () => {
  it('lists the controllers of version 2', () => {
    const look = hostLookOf({
      files: { '/sys/fs/cgroup/cgroup.controllers': 'cpuset cpu io memory hugetlb pids rdma misc\n' },
    });
    expect(cgroups(look, parseCgroupMounts(unified))).toEqual({
      status: 'ok',
      found: 'version 2: cpu cpuset hugetlb io memory misc pids rdma',
    });
  });

  it('names the boot option of a controller that is switched off', () => {
    const finding = cgroups(
      hostLookOf({ files: { '/proc/cgroups': procCgroups } }),
      parseCgroupMounts(hybrid),
    );
    expect(finding).toMatchObject({
      status: 'degraded',
      found: 'hybrid (version 1 beside 2): cpu cpuacct pids',
      meaning: 'no limits and no statistics for: memory',
      mend: 'boot with: cgroup_enable=memory',
    });
  });

  it('says what a container lacks when nothing is mounted', () => {
    const none = parseCgroupMounts('24 30 0:22 / /sys rw - sysfs sysfs rw\n');
    expect(cgroups(hostLookOf({}), none)).toMatchObject({ status: 'missing', found: 'none mounted' });
  });
});
