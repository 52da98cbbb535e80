import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CliStand, cliStand } from '../../support/cli-stand.ts';
import { until } from '../../support/until.ts';

let stand: CliStand;
beforeAll(async () => {
  stand = await cliStand();
});
afterAll(() => stand[Symbol.asyncDispose]());

const facts = '{{.Type}} {{.Action}}{{range $key, $value := .Actor.Attributes}} {{$key}}={{$value}}{{end}}';

/** What was told since, without IDs and what every event of a container has. */
async function told(since: string, ...filters: readonly string[]): Promise<readonly string[]> {
  const until = new Date().toISOString();
  const words = filters.flatMap((filter) => ['--filter', filter]);
  const text = await stand.gantry.must(
    'events',
    ...['--since', since, '--until', until, '--format', facts, ...words],
  );
  return text
    .trim()
    .split('\n')
    .map((line) => line.replaceAll(/[0-9a-f]{64}/g, 'ID').replace(/ image=busybox name=\w+/, ''));
}

test('what happens to a container is told in Docker’s words and order', async () => {
  const { must } = stand.gantry;
  const since = new Date().toISOString();
  const file = stand.root.at('file');
  writeFileSync(file, 'x');
  await must('run', '-d', '--name', 'told', '-v', 'kept:/d:ro', 'busybox', 'sleep', '1000');
  await stand.gantry('exec', 'told', 'sh', '-c', 'exit 3');
  await stand.gantry('exec', 'told', 'nosuch');
  await must('top', 'told');
  await must('cp', file, 'told:/tmp/file');
  await must('cp', 'told:/tmp/file', file);
  await must('export', '-o', stand.root.at('tree.tar'), 'told');
  await must('kill', '-s', 'USR1', 'told');
  await must('restart', '-t', '0', 'told');
  await must('rm', '-f', 'told');
  const up = [
    'network connect container=ID name=bridge type=bridge',
    'volume mount container=ID destination=/d driver=local propagation= read/write=false',
    'container start',
  ];
  const down = [
    'container die exitCode=137',
    'network disconnect container=ID name=bridge type=bridge',
    'volume unmount container=ID driver=local',
  ];
  expect(await told(since)).toEqual([
    'volume create driver=local',
    'container create',
    ...up,
    'container exec_create: sh -c exit 3 execID=ID',
    'container exec_start: sh -c exit 3 execID=ID',
    'container exec_die execID=ID exitCode=3',
    'container exec_create: nosuch execID=ID',
    'container exec_start: nosuch execID=ID',
    'container top',
    'container extract-to-dir',
    'container archive-path',
    'container export',
    'container kill signal=10',
    'container kill signal=15',
    'container kill signal=9',
    ...down,
    'container stop',
    ...up,
    'container restart',
    'container kill signal=9',
    ...down,
    'container destroy',
  ]);
  expect(await told(since, 'event=exec_die', 'event=kill', 'container=told')).toHaveLength(5);
  expect(await told(since, 'volume=kept', 'event=mount')).toHaveLength(2);
});

test('the end of what was left in the background is told too', async () => {
  const { must } = stand.gantry;
  const since = new Date().toISOString();
  await must('run', '-dt', '--name', 'told', 'busybox', 'sleep', '1000');
  await must('exec', '-d', 'told', 'sh', '-c', 'sleep 0.1; exit 3');
  await must('exec', '-dt', 'told', 'sh', '-c', 'exit 4');
  expect((await stand.gantry('exec', '-d', 'told', 'nosuch')).status).toBe(127);
  await until(async () => (await told(since, 'event=exec_die')).length === 2);
  expect((await told(since, 'event=exec_die')).toSorted()).toEqual([
    'container exec_die execID=ID exitCode=3',
    'container exec_die execID=ID exitCode=4',
  ]);
  await must('rm', '-f', 'told');
});

test('images, networks, clients and prunes have their events too', async () => {
  const { gantry } = stand;
  const since = new Date().toISOString();
  await gantry('run', '--rm', 'busybox', 'true');
  await gantry.must('tag', 'busybox', 'other:1');
  await gantry.must('save', '-o', stand.root.at('image.tar'), 'other:1');
  await gantry.must('rmi', 'other:1');
  await gantry.must('network', 'create', 'meeting');
  await gantry.must('network', 'rm', 'meeting');
  await gantry.must('container', 'prune', '-f');
  const events = (await told(since)).map((line) => line.replace(/ name=[a-z]+_[a-z]+$/, ''));
  expect(events).toEqual([
    'container create',
    'container attach',
    'network connect container=ID name=bridge type=bridge',
    'container start',
    'container die exitCode=0',
    'network disconnect container=ID name=bridge type=bridge',
    'container destroy',
    'image tag name=other:1',
    'image save name=other:1',
    'image untag name=other:1',
    'network create name=meeting type=bridge',
    'network destroy name=meeting type=bridge',
    'container prune reclaimed=0',
  ]);
});
