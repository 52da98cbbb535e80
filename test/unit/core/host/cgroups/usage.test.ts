import { totalmem } from 'node:os';
import { expect, test } from 'vitest';
import { version1Usage, version2Usage } from '../../../../../src/core/host/cgroups/cgroup-usage.ts';

/** As a kernel of 6.1 with the unified hierarchy wrote them for a container under load. */
const recorded2: Readonly<Record<string, string>> = {
  'cpu.stat': `usage_usec 2543210
user_usec 2000000
system_usec 543210
nr_periods 120
nr_throttled 4
throttled_usec 65231
`,
  'memory.current': '104857600\n',
  'memory.max': '268435456\n',
  'memory.stat': `anon 52428800
file 41943040
kernel_stack 98304
inactive_anon 52420608
active_anon 8192
inactive_file 31457280
active_file 10485760
`,
  'io.stat': `8:0 rbytes=4096000 wbytes=1024000 rios=100 wios=20 dbytes=0 dios=0
253:1 rbytes=96000 wbytes=0 rios=3 wios=0 dbytes=0 dios=0
`,
  'pids.current': '7\n',
};

test('version 2: the figures are those Docker shows', () => {
  expect(version2Usage((file) => recorded2[file] ?? '')).toEqual({
    cpuTotalNs: 2_543_210_000,
    memoryBytes: 104_857_600 - 31_457_280,
    memoryLimitBytes: 268_435_456,
    blockReadBytes: 4_192_000,
    blockWrittenBytes: 1_024_000,
    pids: 7,
  });
});

test('version 2: without a limit it is the machine’s memory, without controllers nothing but time', () => {
  const free = version2Usage((file) => (file === 'memory.max' ? 'max\n' : (recorded2[file] ?? '')));
  expect(free?.memoryLimitBytes).toBe(totalmem());
  expect(version2Usage((file) => (file === 'cpu.stat' ? recorded2[file]! : ''))).toMatchObject({
    memoryBytes: 0,
    blockReadBytes: 0,
    pids: 0,
  });
  expect(version2Usage(() => '')).toBeUndefined();
});

test('version 1: read by controller, block I/O over all devices, total not counted twice', () => {
  const recorded: Readonly<Record<string, string>> = {
    'cpuacct/cpuacct.usage': '98765432\n',
    'memory/memory.usage_in_bytes': '20971520\n',
    'memory/memory.limit_in_bytes': '9223372036854771712\n',
    'memory/memory.stat': 'cache 4096\ninactive_file 1\ntotal_cache 10485760\ntotal_inactive_file 8388608\n',
    'blkio/blkio.throttle.io_service_bytes_recursive':
      '8:0 Read 1000\n8:0 Write 200\n8:0 Sync 1200\n8:0 Total 1200\n8:16 Read 24\n8:16 Write 0\nTotal 1224\n',
    'pids/pids.current': '2\n',
  };
  expect(version1Usage((controller, file) => recorded[`${controller}/${file}`] ?? '')).toEqual({
    cpuTotalNs: 98_765_432,
    memoryBytes: 20_971_520 - 8_388_608,
    memoryLimitBytes: totalmem(),
    blockReadBytes: 1024,
    blockWrittenBytes: 200,
    pids: 2,
  });
});
