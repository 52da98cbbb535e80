import { chmodSync, chownSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { baseImage } from '../support/base-images.ts';
import { type CliStand, cliStand } from '../support/cli-stand.ts';
import { type DockerDaemon, dockerDaemon } from '../support/docker-daemon.ts';
import { mustRun, type ProgramResult } from '../support/run-program.ts';

let stand: CliStand;
let docker: DockerDaemon;
beforeAll(async () => {
  stand = await cliStand();
  docker = await dockerDaemon();
  await docker.must('import', '-c', 'CMD ["true"]', await baseImage('busybox'), 'busybox:latest');
});
afterAll(async () => {
  await docker?.[Symbol.asyncDispose]();
  await stand?.[Symbol.asyncDispose]();
});

/** Both run the same lines in a folder with the same files; exit statuses and what is there afterwards must agree. */
const lines: readonly (readonly string[])[] = [
  ['cp', 'file', 'box:/tmp/one'],
  ['cp', 'file', 'box:/tmp'],
  ['cp', 'file', 'box:tmp/two'],
  ['cp', 'file', 'box:/none/'],
  ['cp', 'file', 'box:/none/x'],
  ['cp', 'tree', 'box:/tmp/one'],
  ['cp', 'tree', 'box:/tmp/new'],
  ['cp', 'tree', 'box:/tmp/new'],
  ['cp', 'tree/.', 'box:/tmp/new'],
  ['cp', 'tree/', 'box:/tmp/slash/'],
  ['cp', 'link', 'box:/tmp/link'],
  ['cp', '-L', 'link', 'box:/tmp/followed'],
  ['cp', 'file', 'box:/tmp/link'],
  ['cp', 'missing', 'box:/tmp'],
  ['cp', 'box:/none', '.'],
  ['cp', 'box:/tmp/one', 'out-file'],
  ['cp', 'box:/tmp/one', 'none/x'],
  ['cp', 'box:/tmp/one', 'none/'],
  ['cp', 'box:/tmp/new', 'file'],
  ['cp', 'box:/tmp/new', 'out-tree'],
  ['cp', 'box:/tmp/new', 'out-tree'],
  ['cp', 'box:/tmp/new/.', 'out-content'],
  ['cp', 'box:/tmp/link', 'out-link'],
  ['cp', '-L', 'box:/tmp/link', 'out-followed'],
  ['cp', 'file', 'box:/volume/file'],
  ['cp', 'box:/volume', 'out-volume'],
  ['cp', 'file', 'nobody:/tmp'],
  ['cp', 'file', 'other'],
];

it('copies what Docker copies, to where Docker copies it, and fails where it fails', async () => {
  const create = ['create', '--name', 'box', '-v', '/volume', 'busybox', 'true'] as const;
  await docker.must(...create);
  await stand.gantry.must(...create);
  const folder = (name: string): string => {
    const path = stand.root.at(name);
    mkdirSync(`${path}/tree/sub`, { recursive: true });
    writeFileSync(`${path}/file`, 'file\n');
    writeFileSync(`${path}/tree/sub/inner`, 'inner\n');
    chownSync(`${path}/tree/sub/inner`, 1234, 4321);
    chmodSync(`${path}/tree/sub`, 0o750);
    symlinkSync('file', `${path}/link`);
    return path;
  };
  const ours = folder('ours');
  const theirs = folder('theirs');
  const lookAt = (path: string) =>
    mustRun(['find', path, '-mindepth', '1', '-printf', '%P %M %U:%G %l %s\n']).then(sorted);
  for (const line of lines) {
    const own = await stand.gantry.with({ cwd: ours }, ...line);
    const peer = await docker.dockerWith({ cwd: theirs }, ...line);
    expect({ line, status: own.status, stdout: own.stdout }).toEqual({
      line,
      status: peer.status,
      stdout: '',
    });
  }
  expect(sorted(await stand.gantry.must('diff', 'box'))).toEqual(sorted(await docker.must('diff', 'box')));
  // Folder sizes say nothing.
  const files = (text: readonly string[]) => text.map((entry) => entry.replace(/^(\S+ d.*) \d+$/, '$1'));
  expect(files(await lookAt(ours))).toEqual(files(await lookAt(theirs)));

  const names = async (run: () => Promise<ProgramResult>, file: string) => {
    writeFileSync(file, (await run()).stdout);
    const listed = await mustRun(['tar', '--numeric-owner', '-tvf', file]);
    return sorted(listed.replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d /g, ''));
  };
  for (const path of ['/tmp', '/tmp/.', '/tmp/one', '/tmp/link']) {
    const file = stand.root.at('archive.tar');
    const own = await names(() => stand.gantry('cp', `box:${path}`, '-'), file);
    expect(own).toEqual(await names(() => docker.docker('cp', `box:${path}`, '-'), file));
  }
  rmSync(ours, { recursive: true });
});

function sorted(text: string): readonly string[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .toSorted();
}
