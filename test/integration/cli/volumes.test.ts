import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliStand, cliStand } from '../../support/cli-stand.ts';
import type { GantryCli } from '../../support/gantry-cli.ts';
import { PtyScreen } from '../../support/pty-screen.ts';

let stand: CliStand;
let gantry: GantryCli;
beforeAll(async () => {
  stand = await cliStand();
  gantry = stand.gantry;
});
afterAll(() => stand[Symbol.asyncDispose]());

describe('a volume', () => {
  it('is saved to an archive and brought back as it was, owners and its own mode too', async () => {
    const fill =
      'echo kept >/d/f; mkdir /d/sub; ln -s f /d/link; chown 999:999 /d /d/f; chmod 700 /d; chmod 4711 /d/f; head -c 3m /dev/zero >/d/big';
    await gantry.must('run', '--rm', '-v', 'data:/d', 'busybox', 'sh', '-c', fill);
    const list = ['find', '/d', '-exec', 'stat', '-c', '%N %A %u:%g %s %Y', '{}', ';'];
    const before = await gantry.must('run', '--rm', '-v', 'data:/d', 'busybox', ...list);
    for (const [name, ...options] of [['plain.tar'], ['packed.tar.gz', '-z']] as const) {
      const file = stand.root.at(name);
      await gantry.must('volume', 'export', ...options, '-o', file, 'data');
      expect(await gantry.must('volume', 'import', `from-${name}`, file)).toBe(`from-${name}\n`);
      const after = await gantry.must('run', '--rm', '-v', `from-${name}:/d`, 'busybox', ...list);
      expect(after.split('\n').toSorted()).toEqual(before.split('\n').toSorted());
      expect(after).toMatch(/^'?\/d'? drwx------ 999:999 /m);
    }
    expect(readFileSync(stand.root.at('packed.tar.gz')).length).toBeLessThan(100_000);

    const again = await gantry('volume', 'import', 'data', stand.root.at('plain.tar'));
    expect(again).toMatchObject({ status: 1, stderr: expect.stringContaining('volume data is not empty') });
    await gantry.must('volume', 'import', '--force', 'data', stand.root.at('plain.tar'));
    writeFileSync(stand.root.at('junk'), Buffer.alloc(2048, 1));
    expect((await gantry('volume', 'import', 'fresh', stand.root.at('junk'))).status).toBe(1);
    expect(await gantry.must('volume', 'ls', '-q', '--filter', 'name=fresh')).toBe('');
    expect((await gantry('volume', 'export', '-o', stand.root.at('x'), 'nope')).stderr).toContain(
      'get nope: no such volume',
    );
  });
});

describe('what shows of containers', () => {
  it('top takes options of ps, and needs a PID column', async () => {
    await gantry.must('run', '-d', '--name', 'busy', 'busybox', 'sleep', '4242');
    expect(await gantry.must('top', 'busy', '-o', 'pid,args')).toMatch(/^PID +COMMAND\n\d+ +sleep 4242\n$/);
    expect(await gantry.must('top', 'busy', 'aux')).toMatch(/^USER .*\nroot .* sleep 4242\n$/);
    expect(await gantry('top', 'busy', '-o', 'args')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("Couldn't find PID field in ps output"),
    });
    expect((await gantry('top', 'busy', '--nonsense')).status).toBe(1);
  });

  it('wait takes several, attach several at once, and each sees what comes', async () => {
    const talk = 'while [ ! -e /go ]; do echo tick; sleep 0.05; done; echo said; exit 6';
    await gantry.must('run', '-d', '--name', 'talker', 'busybox', 'sh', '-c', talk);
    await gantry.must('run', '-d', '--name', 'other', 'busybox', 'sh', '-c', 'sleep 0.1; exit 4');
    await using clients = new AsyncDisposableStack();
    const joined = [1, 2, 3].map(() => {
      const argv = [...gantry.argv, 'attach', '--no-stdin', '--sig-proxy=false', 'talker'];
      return clients.use(new PtyScreen({ argv, env: gantry.env }));
    });
    for (const client of joined) await client.shows(/tick/);
    const waiting = gantry.must('wait', 'talker', 'other');
    await gantry.must('exec', 'talker', 'touch', '/go');
    for (const client of joined) {
      await client.shows(/said/);
      expect(await client.exit()).toBe(6);
    }
    expect(await waiting).toBe('6\n4\n');
    await gantry.must('rm', 'talker', 'other');
  });

  it('events tell of all processes, by label too', async () => {
    await gantry.must('run', '--rm', '--label', 'team=blue', '--name', 'labelled', 'busybox', 'true');
    const shown = (...filters: readonly string[]) =>
      gantry.must('events', '--since', '10m', '--until', '0s', '--format', '{{.Action}}', ...filters);
    expect(await shown('--filter', 'label=team=blue')).toBe('create\nattach\nstart\ndie\ndestroy\n');
    expect(await shown('--filter', 'label=team', '--filter', 'event=die')).toBe('die\n');
    expect(await shown('--filter', 'label=team=red')).toBe('');
  });

  it('system df -v tells of everything one by one', async () => {
    const text = await gantry.must('system', 'df', '-v');
    expect(text).toMatch(
      /^Images space usage:\n\nREPOSITORY +TAG +IMAGE ID +CREATED +SIZE +SHARED SIZE +UNIQUE SIZE +CONTAINERS\nbusybox +latest /,
    );
    expect(text).toMatch(
      /\nCONTAINER ID +IMAGE +COMMAND +LOCAL VOLUMES +SIZE +CREATED +STATUS +NAMES\n\w{12} +busybox +"sleep 4242" +0 +\S+ /,
    );
    expect(text).toMatch(/\nVOLUME NAME +LINKS +SIZE\ndata +0 +3\.15MB\n/);
    expect(text).toMatch(/\nBuild cache usage: 0B\n/);
    const json = await gantry.must('system', 'df', '-v', '--format', '{{len .Volumes}} {{len .Containers}}');
    expect(json).toBe('3 1\n');
    const images =
      '{{range .Images}}{{.Repository}}:{{.Tag}} {{.SharedSize}} {{.Containers}} {{len .ID}}{{end}}';
    expect(await gantry.must('system', 'df', '-v', '--format', images)).toBe('busybox:latest 0B 1 71\n');
    const parsed = JSON.parse(await gantry.must('system', 'df', '-v', '--format', 'json'));
    expect(parsed.Volumes).toContainEqual(
      expect.objectContaining({ Name: 'data', Links: '0', Size: '3.15MB' }),
    );
  });
});
