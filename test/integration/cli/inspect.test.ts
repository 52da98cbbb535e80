import { existsSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { baseImage } from '../../support/base-images.ts';
import { type CliStand, cliStand } from '../../support/cli-stand.ts';
import { type DockerDaemon, dockerDaemon } from '../../support/docker-daemon.ts';
import { missingKeys } from '../../support/document-keys.ts';

let stand: CliStand;
let docker: DockerDaemon;
beforeAll(async () => {
  [stand, docker] = await Promise.all([cliStand(), dockerDaemon()]);
  await docker.must('import', '-c', 'CMD ["true"]', await baseImage('busybox'), 'busybox:latest');
  for (const { must } of [stand.gantry, docker]) {
    await must('network', 'create', 'seen');
    await must('volume', 'create', '--label', 'a=b', 'kept');
    await must('run', ...plain);
    await must('run', ...rich);
  }
}, 60_000);
afterAll(async () => {
  await stand[Symbol.asyncDispose]();
  await docker[Symbol.asyncDispose]();
});

const plain = ['-d', '--name', 'plain', '-p', '127.0.0.1::80', 'busybox', 'sleep', '1000'];
const rich = [
  ...['-d', '--name', 'rich', '--network', 'seen', '--network-alias', 'other', '-v', '/anonymous'],
  ...['-v', 'kept:/kept:ro', '-v', '/tmp:/bound', '--mount', 'type=bind,source=/tmp,target=/long,readonly'],
  ...['--device', '/dev/null:/dev/hole:r', '--device-cgroup-rule', 'c 1:11 rwm', '--ulimit', 'nofile=99:100'],
  ...[
    '--log-opt',
    'max-size=1m',
    '--restart',
    'on-failure:3',
    '--cap-add',
    'NET_ADMIN',
    '--cap-drop',
    'KILL',
  ],
  ...[
    '--dns',
    '1.1.1.1',
    '--dns-search',
    'example.org',
    '--dns-option',
    'ndots:2',
    '--add-host',
    'h:1.2.3.4',
  ],
  ...['--group-add', '5', '--security-opt', 'no-new-privileges', '--sysctl', 'net.core.somaxconn=77'],
  ...['-m', '64m', '--memory-reservation', '32m', '--cpu-shares', '512', '--cpuset-cpus', '0', '--init'],
  ...[
    '--pids-limit',
    '50',
    '-h',
    'web',
    '--domainname',
    'dom',
    '--stop-signal',
    'INT',
    '--stop-timeout',
    '3',
  ],
  ...['--health-cmd', 'true', '--health-interval', '10s', '-it', '-u', '1000', '-w', '/w', '-e', 'A=b'],
  ...['--label', 'l=m', '--tmpfs', '/t:size=2m', '--read-only', '--oom-score-adj', '5'],
  ...['busybox', 'sleep', '1000'],
];

async function documents(...words: readonly string[]): Promise<readonly [own: unknown, peer: unknown]> {
  const [own, peer] = await Promise.all([stand.gantry.must(...words), docker.must(...words)]);
  return [JSON.parse(own)[0], JSON.parse(peer)[0]];
}

test.each([
  // Those are an option of the test's daemon.
  [
    ['inspect', 'plain'],
    ['Name: string', 'Hard: number', 'Soft: number'].map((field) => `.HostConfig.Ulimits[].${field}`),
  ],
  [['inspect', 'rich'], []],
  [['network', 'inspect', 'seen'], []],
  [['network', 'inspect', 'bridge'], []],
  [['volume', 'inspect', 'kept'], []],
  [['image', 'inspect', 'busybox'], []],
] as const)('%j has the fields of Docker’s', async (words, meant) => {
  expect(missingKeys(...(await documents(...words)))).toEqual(meant);
});

test('the files of an image’s top layer lie where its inspection says', async () => {
  const [image] = JSON.parse(await stand.gantry.must('image', 'inspect', 'busybox'));
  expect(existsSync(`${image.GraphDriver.Data.UpperDir}/bin/busybox`)).toBe(true);
});

test('what a container has is told as Docker tells it', async () => {
  const own = JSON.parse(await stand.gantry.must('inspect', 'rich'))[0];
  expect(own.HostConfig.Devices).toEqual([
    { PathOnHost: '/dev/null', PathInContainer: '/dev/hole', CgroupPermissions: 'r' },
  ]);
  expect(own.HostConfig.Binds).toEqual(['kept:/kept:ro', '/tmp:/bound']);
  expect(own.HostConfig.Mounts).toEqual([{ Type: 'bind', Source: '/tmp', Target: '/long', ReadOnly: true }]);
  const byTarget = Object.fromEntries(
    own.Mounts.map((mount: { Destination: string }) => [mount.Destination, mount]),
  );
  expect(byTarget['/kept']).toEqual({
    Type: 'volume',
    Name: 'kept',
    Source: `${stand.root.dirs.volumes}/kept/_data`,
    Destination: '/kept',
    Driver: 'local',
    Mode: 'ro',
    RW: false,
    Propagation: '',
  });
  expect(byTarget['/bound']).toMatchObject({ Source: '/tmp', RW: true, Propagation: 'rprivate' });
  expect(own.Config.Volumes).toEqual({ '/anonymous': {} });
  const network = JSON.parse(await stand.gantry.must('network', 'inspect', 'seen'))[0];
  const place = own.NetworkSettings.Networks.seen;
  expect(place).toMatchObject({ NetworkID: network.Id, Aliases: ['other'] });
  expect(network.Containers[own.Id]).toMatchObject({
    Name: 'rich',
    EndpointID: place.EndpointID,
    MacAddress: place.MacAddress,
  });
  expect(place.EndpointID).toMatch(/^[0-9a-f]{64}$/);
});
