import { expect, test } from 'vitest';
import { keyedNumber, readCgroupNumber } from '../../../../../src/core/host/cgroups/cgroup-file.ts';
import { parseCgroupMounts } from '../../../../../src/core/host/cgroups/cgroup-mode.ts';
import { cgroupProcesses } from '../../../../../src/core/host/cgroups/cgroup-processes.ts';
import { cgroupUsage, systemCpuTotalNs } from '../../../../../src/core/host/cgroups/cgroup-usage.ts';
import { removeCgroup } from '../../../../../src/core/host/cgroups/remove-cgroup.ts';

const unified = '30 20 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate';
const memory = '31 20 0:27 / /sys/fs/cgroup/memory rw shared:9 - cgroup cgroup rw,memory';
const cpu = '32 20 0:28 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct';
const systemd = '33 20 0:29 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd';
const beside = '34 20 0:30 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw';
const other = '21 1 8:1 / / rw,relatime - ext4 /dev/root rw';

test('the kind of host is told from its mounts', () => {
  expect(parseCgroupMounts(`${other}\n${unified}\n`)).toMatchObject({
    mode: 'v2',
    unified: '/sys/fs/cgroup',
  });
  expect(parseCgroupMounts([memory, cpu, systemd].join('\n'))).toEqual({
    mode: 'v1',
    unified: undefined,
    controllers: new Map([
      ['memory', '/sys/fs/cgroup/memory'],
      ['cpu', '/sys/fs/cgroup/cpu,cpuacct'],
      ['cpuacct', '/sys/fs/cgroup/cpu,cpuacct'],
      ['name=systemd', '/sys/fs/cgroup/systemd'],
    ]),
  });
  expect(parseCgroupMounts([memory, beside].join('\n'))).toMatchObject({
    mode: 'hybrid',
    unified: '/sys/fs/cgroup/unified',
  });
  expect(parseCgroupMounts(other).mode).toBe('none');
});

test('a hierarchy that something else is mounted over is not there', () => {
  const over = '35 34 0:31 / /sys/fs/cgroup/unified rw - tmpfs none rw';
  expect(parseCgroupMounts([memory, beside, over].join('\n'))).toMatchObject({
    mode: 'v1',
    unified: undefined,
  });
});

test('numbers are read from flat files, and are undefined where there are none', () => {
  expect(keyedNumber('anon 5\ninactive_file 77\n', 'inactive_file')).toBe(77);
  expect(keyedNumber('total_inactive_file 77\n', 'inactive_file')).toBeUndefined();
  expect(readCgroupNumber('/nowhere')).toBeUndefined();
  expect(readCgroupNumber(undefined)).toBeUndefined();
});

test('a cgroup that is not there uses nothing, holds nobody and is removed already', () => {
  expect(cgroupUsage('/gantry/not-there')).toBeUndefined();
  expect(cgroupProcesses('/gantry/not-there')).toEqual([]);
  expect(removeCgroup('/gantry/not-there')).toBe(true);
});

test('the machine has spent more than a second of CPU time', () => {
  expect(systemCpuTotalNs()).toBeGreaterThan(1e9);
});
