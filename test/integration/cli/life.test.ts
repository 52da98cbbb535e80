import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliStand, cliStand } from '../../support/cli-stand.ts';
import { freePort } from '../../support/free-port.ts';
import type { GantryCli } from '../../support/gantry-cli.ts';
import { PtyScreen } from '../../support/pty-screen.ts';
import { until } from '../../support/until.ts';

let stand: CliStand;
let gantry: GantryCli;
beforeAll(async () => {
  stand = await cliStand();
  gantry = stand.gantry;
});
afterAll(() => stand[Symbol.asyncDispose]());

describe('a container from a shell', () => {
  it('serves a published port, is listed, logged, entered, stopped and removed', async () => {
    const port = await freePort();
    const serve = 'echo ready; mkdir /www; echo hello >/www/index.html; exec httpd -f -p 80 -h /www';
    const id = (
      await gantry.must('run', '-d', '--name', 'web', '-p', `${port}:80`, 'busybox', 'sh', '-c', serve)
    ).trim();
    expect(id).toMatch(/^[0-9a-f]{64}$/);
    const page = () => fetch(`http://127.0.0.1:${port}/`).then((answer) => answer.text());
    expect(await until(() => page().catch(() => undefined))).toBe('hello\n');

    const [header, row] = (await gantry.must('ps')).split('\n');
    expect(header).toMatch(/^CONTAINER ID {3}IMAGE {5}COMMAND {18}CREATED +STATUS +PORTS +NAMES$/);
    expect(row).toMatch(
      new RegExp(
        `^${id.slice(0, 12)} {3}busybox {3}"sh -c 'echo ready; …" .* Up .* 0\\.0\\.0\\.0:${port}->80/tcp +web$`,
      ),
    );
    expect(await gantry.must('ps', '--format', '{{.ID}} {{.Names}} {{.Ports}} {{.State}}')).toBe(
      `${id.slice(0, 12)} web 0.0.0.0:${port}->80/tcp running\n`,
    );
    expect(await gantry.must('ps', '-q', '--no-trunc')).toBe(`${id}\n`);
    expect(await gantry.must('port', 'web')).toBe(`80/tcp -> 0.0.0.0:${port}\n`);
    expect(await gantry.must('logs', 'web')).toBe('ready\n');
    expect(await gantry.must('logs', '-t', '-n', '1', 'web')).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z ready\n$/);
    expect(await gantry.must('exec', '-w', '/www', '-e', 'A=b', 'web', 'sh', '-c', 'pwd; echo $A')).toBe(
      '/www\nb\n',
    );
    expect(await gantry.must('top', 'web')).toMatch(/^UID .*CMD\n[\s\S]*httpd -f -p 80/);
    expect(await gantry.must('stats', '--no-stream', '--format', '{{.Name}} {{.PIDs}}')).toBe('web 1\n');
    expect(
      await gantry.must('inspect', '-f', '{{.State.Running}} {{.Config.Image}} {{len .Mounts}}', 'web'),
    ).toBe('true busybox 0\n');
    expect(await gantry('rm', 'web')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('cannot remove container "web": container is running'),
    });
    expect(await gantry.must('stop', '-t', '0', 'web')).toBe('web\n');
    expect(await gantry.must('ps', '-a', '--format', '{{.Status}}')).toMatch(/^Exited \(137\) .* ago\n$/);
    expect(await gantry.must('rm', 'web')).toBe('web\n');
    expect(await gantry.must('ps', '-aq')).toBe('');
  });

  it('ends with the status of its process, or with that of what kept it from starting', async () => {
    const status = async (...words: readonly string[]) => (await gantry('run', '--rm', ...words)).status;
    expect(await status('busybox', 'sh', '-c', 'exit 7')).toBe(7);
    expect(await status('busybox', 'nothing-here')).toBe(127);
    expect(await status('busybox', '/etc')).toBe(126);
    expect(await status('--name', '!', 'busybox')).toBe(125);
    expect(await status('--nope', 'busybox')).toBe(125);
    expect(await status('-v', 'rel:x', 'busybox')).toBe(125);
    expect(await status('-u', 'nobody-knows', 'busybox')).toBe(125);
    expect(await status('--init', 'busybox', 'sh', '-c', 'kill -9 $$')).toBe(137);
    await gantry.must('create', '--name', 'missing', 'busybox', 'nothing-here');
    expect(await gantry('start', '-a', 'missing')).toMatchObject({ status: 1, stdout: '' });
    await gantry.must('rm', 'missing');
    await gantry.must('run', '-d', '--name', 'box', 'busybox', 'sleep', '1000');
    expect((await gantry('exec', '-u', 'nobody-knows', 'box', 'true')).status).toBe(126);
    expect((await gantry('exec', 'box', 'nothing-here')).status).toBe(127);
    await gantry.must('rm', '-f', 'box');
    expect(await gantry.must('ps', '-aq')).toBe('');
  });

  it('takes options after the image, with a hint', async () => {
    const { status, stdout, stderr } = await gantry('run', 'busybox', '--rm', '-d', '--name', 'late');
    expect({ status, stderr }).toEqual({ status: 0, stderr: expect.stringContaining('The usual order is') });
    expect(stdout).toMatch(/^[0-9a-f]{64}\n$/);
    await until(async () => (await gantry.must('ps', '-aq')) === '');
    expect((await gantry('run', '--rm', 'busybox', '--', 'echo', '-d')).stdout).toBe('-d\n');
  });

  it('is created, renamed, started, paused, waited for', async () => {
    await gantry.must('create', '--name', 'joined', 'busybox', 'sh', '-c', 'echo out; exit 4');
    expect(await gantry('start', '-a', 'joined')).toMatchObject({ status: 4, stdout: 'out\n' });
    await gantry.must(
      'create',
      '--name',
      'one',
      'busybox',
      'sh',
      '-c',
      'trap "exit 3" TERM; while :; do sleep 0.05; done',
    );
    await gantry.must('rename', 'one', 'two');
    expect(await gantry.must('start', 'two')).toBe('two\n');
    expect(await gantry.must('pause', 'two')).toBe('two\n');
    expect(await gantry.must('ps', '--format', '{{.Status}}')).toMatch(/\(Paused\)\n$/);
    expect((await gantry('exec', 'two', 'true')).stderr).toMatch(
      /is paused, unpause the container before exec/,
    );
    expect(await gantry.must('unpause', 'two')).toBe('two\n');
    const waiting = gantry.must('wait', 'two');
    expect(await gantry.must('kill', '-s', 'TERM', 'two')).toBe('two\n');
    expect(await waiting).toBe('3\n');
    expect(await gantry.must('rm', 'two', 'joined')).toBe('two\njoined\n');
  });

  it('keeps its name and its port from others', async () => {
    const port = await freePort();
    await gantry.must('run', '-d', '--name', 'first', '-p', `${port}:80`, 'busybox', 'sleep', '100');
    const named = await gantry('run', '--name', 'first', 'busybox', 'true');
    expect(named).toMatchObject({ status: 125, stdout: '' });
    expect(named.stderr).toMatch(
      /^gantry: Conflict\. The container name "\/first" is already in use by container "[0-9a-f]{64}"\./,
    );
    const bound = await gantry('run', '-d', '--name', 'second', '-p', `${port}:80`, 'busybox', 'true');
    expect(bound.status).toBe(125);
    expect(bound.stderr).toContain(`Bind for 0.0.0.0:${port} failed: port is already allocated`);
    expect(await gantry.must('ps', '-a', '--filter', 'name=second', '--format', '{{.Status}}')).toBe(
      'Created\n',
    );
    expect(await gantry.must('rm', '-f', 'first', 'second')).toBe('first\nsecond\n');
  });

  it('is restarted while somebody watches events', async () => {
    await gantry.must('run', '-d', '--name', 'again', 'busybox', 'sleep', '100');
    const format = '{{.Action}} {{.Actor.Attributes.name}}';
    await using watcher = new PtyScreen({
      argv: [...gantry.argv, 'events', '--filter', 'type=container', '--format', format],
      env: gantry.env,
    });
    await gantry.must('create', '--name', 'watched', 'busybox');
    // The subscription stands once it tells of something.
    await until(async () => {
      await gantry.must('rename', 'watched', 'watched2');
      await gantry.must('rename', 'watched2', 'watched');
      return watcher.emulator.text().includes('rename watched');
    });
    for (const _ of [1, 2, 3]) expect(await gantry.must('restart', '-t', '0', 'again')).toBe('again\n');
    await watcher.shows(/(?:(?:kill again\s+)+die again\s+stop again\s+start again\s+restart again\s+){3}/);
    await gantry.must('rm', '-f', 'again', 'watched');
    await watcher.shows(/destroy watched/);
    watcher.type('\u0003');
    expect(await watcher.exit()).toBe(130);
  });
});

describe('volumes and networks from a shell', () => {
  it('are made, used, shown and removed', async () => {
    expect(await gantry.must('volume', 'create', '--label', 'a=b', 'data')).toBe('data\n');
    await gantry.must('run', '--rm', '-v', 'data:/d', 'busybox', 'sh', '-c', 'echo kept >/d/f');
    expect(await gantry.must('run', '--rm', '-v', 'data:/d:ro', 'busybox', 'cat', '/d/f')).toBe('kept\n');
    expect(await gantry.must('volume', 'ls', '--format', '{{.Name}} {{.Labels}}')).toBe('data a=b\n');
    expect(await gantry.must('volume', 'inspect', '-f', '{{.Driver}}', 'data')).toBe('local\n');
    expect(await gantry.must('volume', 'rm', 'data')).toBe('data\n');

    expect(await gantry.must('network', 'create', 'back')).toMatch(/^[0-9a-f]{64}\n$/);
    await gantry.must('run', '-d', '--name', 'inside', '--network', 'back', 'busybox', 'sleep', '100');
    const { stderr } = await gantry('network', 'rm', 'back');
    expect(stderr).toContain('network back has active endpoints');
    expect(
      await gantry.must('network', 'inspect', '-f', '{{range .Containers}}{{.Name}}{{end}}', 'back'),
    ).toBe('inside\n');
    await gantry.must('rm', '-f', 'inside');
    expect(await gantry.must('network', 'prune', '-f')).toBe('Deleted Networks:\nback\n\n');
  });
});

describe('what is unused', () => {
  it('is listed before it goes, and goes only after a yes', async () => {
    await gantry.must('create', '--name', 'idle', 'busybox');
    const declined = await gantry.with({ input: 'n\n' }, 'container', 'prune');
    expect(declined).toMatchObject({ status: 0, stdout: '' });
    expect(declined.stderr).toMatch(
      /^WARNING! This will remove all stopped containers\.\n\n {2}\w{12} {2}idle {2}busybox\n/,
    );
    const accepted = await gantry.with({ input: 'y\n' }, 'container', 'prune');
    expect(accepted.stdout).toMatch(/^Deleted Containers:\n\w{64}\n\nTotal reclaimed space: 0B\n$/);
    expect(await gantry.must('--yes', 'system', 'prune')).toBe('Total reclaimed space: 0B\n');
  });

  it('shows in the use of the disk', async () => {
    expect(await gantry.must('system', 'df')).toMatch(
      /^TYPE +TOTAL +ACTIVE +SIZE +RECLAIMABLE\nImages +1 +0 +\S+MB +\S+ \(100%\)\nContainers +0/,
    );
  });
});

describe('an inspection', () => {
  it('says to a template that a container has no health check, and is no error', async () => {
    const id = (await gantry.must('create', 'busybox')).trim();
    const format = '{{if .State.Health}}{{.State.Health.Status}}{{else}}none{{end}} {{.Config.Healthcheck}}';
    expect(await gantry.must('inspect', '-f', format, id)).toBe('none <no value>\n');
    expect(await gantry.must('inspect', id)).not.toContain('Health');
    await gantry.must('rm', id);
  });

  it('shows what the image says where the user said nothing', async () => {
    const context = stand.root.at('entry');
    mkdirSync(context);
    const lines = ['FROM busybox', 'ENTRYPOINT ["sh", "-c"]', 'CMD ["sleep 1000"]', 'EXPOSE 80/udp'];
    writeFileSync(join(context, 'Dockerfile'), lines.join('\n'));
    await gantry.must('build', '-q', '-t', 'entry', context);
    const id = (await gantry.must('create', 'entry')).trim();
    const format = '{{json .Config.Entrypoint}} {{json .Config.Cmd}} {{json .Config.ExposedPorts}} {{.Path}}';
    expect(await gantry.must('inspect', '-f', format, id)).toBe(
      '["sh","-c"] ["sleep 1000"] {"80/udp":{}} sh\n',
    );
    await gantry.must('rm', id);
    const given = (await gantry.must('create', '--entrypoint', 'env', 'entry')).trim();
    expect(await gantry.must('inspect', '-f', format, given)).toBe('["env"] null {"80/udp":{}} env\n');
    await gantry.must('rm', given);
    await gantry.must('rmi', 'entry');
  });
});

describe('words after the image', () => {
  it('that look like options and are none of ours are explained', async () => {
    const { status, stderr } = await gantry('run', '--rm', 'busybox', '-it', 'sh');
    expect(status).toBe(127);
    expect(stderr).toContain('Options of run go before the image: gantry run [OPTIONS] busybox [COMMAND]');
  });
});

describe('a container removed twice at once', () => {
  it('leaves no lock behind', async () => {
    const id = (await gantry.must('create', 'busybox')).trim();
    await Promise.all([1, 2, 3, 4].map(() => gantry('rm', '-f', id)));
    await gantry('rm', '-f', id, id);
    expect(readdirSync(stand.root.dirs.locks).filter((name) => name.includes(id))).toEqual([]);
  });
});

describe('what is not there', () => {
  it.each([
    [['stop', 'nope'], 'No such container: nope'],
    [['rmi', 'nope'], 'No such image: nope:latest'],
    [['inspect', 'nope'], 'No such object: nope'],
    [['ps', '--filter', 'status=nope'], "invalid filter 'status=nope'"],
    [['ps', '--format', '{{.Nope}}'], "can't evaluate field Nope"],
    [['volume', 'rm', 'nope'], 'no such volume'],
    [['network', 'rm', 'nope'], 'network nope not found'],
    [['logs', 'nope'], 'No such container: nope'],
    [['build', '/nope'], 'unable to prepare context: path "/nope" not found'],
    [['load', '-i', '/nope'], 'open /nope: no such file or directory'],
  ])('%j says so in one line', async (words, message) => {
    const { status, stderr } = await gantry(...words);
    expect(status).toBe(1);
    expect(stderr.startsWith('gantry: ')).toBe(true);
    expect(stderr).toContain(message);
  });
});
