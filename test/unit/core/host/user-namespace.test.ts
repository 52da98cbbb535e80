import { describe, expect, it } from 'vitest';
import { parseCgroupMounts } from '../../../../src/core/host/cgroups/cgroup-mode.ts';
import { parseIdMap } from '../../../../src/core/host/user-namespace.ts';
import {
  freeSubordinateStart,
  idMapArguments,
  parseSubordinateIds,
} from '../../../../src/core/host/user-world/subordinate-ids.ts';

describe('IDs of a user namespace', () => {
  it('are read as the kernel prints them', () => {
    expect(parseIdMap('         0       7777          1\n         1     500000      65536\n')).toEqual([
      { inside: 0, outside: 7777, count: 1 },
      { inside: 1, outside: 500_000, count: 65_536 },
    ]);
  });

  it('are those lent to the user by name or number, and to nobody else', () => {
    const text =
      '# comment\nann:100000:65536\nbob:200000:10\n1000:300000:5\nann:0:9\nann:x:9\nann:400000:0\n';
    expect(parseSubordinateIds(text, { name: 'ann', uid: 1000 })).toEqual([
      { start: 100_000, count: 65_536 },
      { start: 300_000, count: 5 },
    ]);
    expect(parseSubordinateIds(text, { name: undefined, uid: 7 })).toEqual([]);
  });

  it('that are lent next are behind all that somebody has', () => {
    expect(freeSubordinateStart(['', '# none\n'])).toBe(100_000);
    expect(freeSubordinateStart(['ann:100000:65536\n', 'bob:165536:10\n5:200000:1\n'])).toBe(200_001);
  });

  it('begin with the user as root, the lent ones one after the other', () => {
    const lent = [
      { start: 100_000, count: 10 },
      { start: 300_000, count: 5 },
    ];
    expect(idMapArguments(1000, lent)).toEqual('0 1000 1 1 100000 10 11 300000 5'.split(' '));
  });
});

it('control groups something was mounted over later are none', () => {
  const mounts = [
    '30 20 0:1 / /sys/fs/cgroup rw - tmpfs tmpfs rw',
    '31 30 0:2 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory',
    '32 30 0:3 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw',
  ];
  expect(parseCgroupMounts(mounts.join('\n')).mode).toBe('hybrid');
  const covered = [...mounts, '40 30 0:9 / /sys/fs/cgroup rw - tmpfs tmpfs rw'];
  expect(parseCgroupMounts(covered.join('\n'))).toEqual({
    mode: 'none',
    controllers: new Map(),
    unified: undefined,
  });
});
