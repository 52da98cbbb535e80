import { readFileSync, statSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { baseImage } from '../../support/base-images.ts';
import { setup as buildIfStale } from '../../support/build-if-stale.ts';
import { lentFrom, type OrdinaryUser, ordinaryUser } from '../../support/ordinary-user.ts';

async function userWithImage(options: Parameters<typeof ordinaryUser>[0] = {}): Promise<OrdinaryUser> {
  buildIfStale();
  const user = ordinaryUser(options);
  const archive = readFileSync(await baseImage('busybox'));
  const { status, stderr } = await user.gantry.with({ input: archive }, 'import', '-', 'busybox:latest');
  expect(stderr).toContain('Loaded');
  expect(status).toBe(0);
  return user;
}

describe('a normal user with lent IDs', () => {
  let user: OrdinaryUser;
  beforeAll(async () => {
    user = await userWithImage();
  });
  afterAll(() => user[Symbol.asyncDispose]());

  it('is root in a container, and other users there are IDs lent to them', async () => {
    const { gantry } = user;
    const script =
      'id -u; grep -c . /proc/self/uid_map; touch /mine; chown 1000:1000 /mine; stat -c %u /mine';
    expect(await gantry.must('run', '--rm', '--network', 'none', 'busybox', 'sh', '-c', script)).toBe(
      '0\n2\n1000\n',
    );
    expect(await gantry.must('run', '--rm', '--network', 'none', '-u', '1000', 'busybox', 'id', '-u')).toBe(
      '1000\n',
    );
  });

  it('keeps what root and others of a container write as theirs and as lent IDs', async () => {
    const { gantry, uid } = user;
    await gantry.must(
      ...['run', '--rm', '--network', 'none', '-v', 'kept:/v', 'busybox'],
      ...['sh', '-c', 'touch /v/root /v/other; chown 5 /v/other'],
    );
    const at = (file: string) => statSync(user.at('root/volumes/kept/_data', file)).uid;
    expect(at('root')).toBe(uid);
    expect(at('other')).toBe(lentFrom + 4);
  });

  it('finds containers again from another program, reads their logs, and runs more in them', async () => {
    const { gantry } = user;
    await gantry.must(
      'run',
      '-d',
      '--name',
      'kept',
      '--network',
      'none',
      'busybox',
      'sh',
      '-c',
      'echo hello; sleep 100',
    );
    expect(await gantry.must('ps', '--format', '{{.Names}}')).toBe('kept\n');
    expect(await gantry.must('exec', 'kept', 'id', '-u')).toBe('0\n');
    expect(await gantry.must('logs', 'kept')).toBe('hello\n');
    await gantry.must('rm', '-f', 'kept');
    expect(await gantry.must('ps', '-aq')).toBe('');
  });

  it('builds images with steps that run, whiteouts and owners among them', async () => {
    const { gantry } = user;
    const file = [
      'FROM busybox',
      'RUN mkdir /d && echo one > /d/one && chown 7:8 /d/one',
      'RUN rm -r /d && mkdir /d && echo two > /d/two',
    ].join('\n');
    const { status, stderr } = await gantry.with(
      { input: file },
      'build',
      '--network',
      'none',
      '-t',
      'made',
      '-',
    );
    expect(stderr).not.toContain('ERROR');
    expect(status).toBe(0);
    expect(await gantry.must('run', '--rm', '--network', 'none', 'made', 'ls', '/d')).toBe('two\n');
  });

  it('is warned that limits are not there', async () => {
    const { status, stderr } = await user.gantry(
      'run',
      '--rm',
      '--network',
      'none',
      '-m',
      '64m',
      'busybox',
      'true',
    );
    expect(stderr).toBe('WARNING: No control groups are available here. Limits discarded.\n');
    expect(status).toBe(0);
  });

  it('has one process that keeps the world, and no mount on the machine', async () => {
    expect(user.worldProcesses()).toHaveLength(1);
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(user.at());
  });
});

describe('a normal user to whom no IDs are lent', () => {
  it('runs containers as the one user there is, and is told what gives more', async () => {
    await using user = await userWithImage({ lent: false });
    expect(await user.gantry.must('run', '--rm', '--network', 'none', 'busybox', 'id', '-u')).toBe('0\n');
    const { stdout } = await user.gantry('doctor');
    expect(stdout).toMatch(/no other user[\s\S]*\/etc\/subuid and \/etc\/subgid/);
  });
});
