import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256 } from '../../../src/oci/sha256.ts';
import { type CliStand, cliStand } from '../../support/cli-stand.ts';
import type { GantryCli } from '../../support/gantry-cli.ts';
import { PtyScreen } from '../../support/pty-screen.ts';
import { makeTar } from '../../support/tar-fixture.ts';

let stand: CliStand;
let gantry: GantryCli;
beforeAll(async () => {
  stand = await cliStand();
  gantry = stand.gantry;
});
afterAll(() => stand[Symbol.asyncDispose]());

function context(dockerfile: string, files: Readonly<Record<string, string>> = {}): string {
  const dir = stand.root.at('contexts', `${Math.random()}`);
  mkdirSync(dir, { recursive: true });
  for (const [name, text] of Object.entries({ Dockerfile: dockerfile, ...files }))
    writeFileSync(`${dir}/${name}`, text);
  return dir;
}

describe('a build from a shell', () => {
  const good = [
    'FROM busybox AS made',
    'ARG WHO=nobody',
    'RUN echo "for $WHO" >/who; echo working',
    'FROM busybox',
    'COPY --from=made /who /who',
    'COPY file /file',
    'LABEL made=here',
    'CMD ["cat", "/who", "/file"]',
  ].join('\n');

  it('is checked without being made, and told of what was found when it is made', async () => {
    const dir = context('FROM busybox as Odd\nCMD odd\n');
    const found = await gantry(
      'build',
      '--check',
      '--build-arg',
      'BUILDKIT_DOCKERFILE_CHECK=skip=FromAsCasing',
      dir,
    );
    expect(found.status).toBe(1);
    expect(found.stdout).toBe(
      [
        'Check complete, 2 warnings have been found!',
        '',
        "WARNING: StageNameCasing - Stage name 'Odd' should be lowercase",
        ...['Dockerfile:1', '--------------------', '   1 | >>> FROM busybox as Odd', '   2 |     CMD odd'],
        '--------------------',
        '',
        'WARNING: JSONArgsRecommended - JSON arguments recommended for CMD to prevent unintended behavior related to OS signals',
        ...['Dockerfile:2', '--------------------', '   1 |     FROM busybox as Odd', '   2 | >>> CMD odd'],
        '--------------------',
        '',
      ].join('\n'),
    );
    expect((await gantry('build', '--check', context('FROM busybox\n'))).stdout).toBe(
      'Check complete, no warnings found.\n',
    );
    expect(await gantry.must('build', '--print=ast', dir)).toBe('(from "busybox" "as" "Odd")\n(cmd "odd")\n');
    expect(await gantry('build', '--on-fail=bogus', dir)).toMatchObject({
      status: 125,
      stderr: expect.stringContaining('invalid value "bogus" for --on-fail: want one of fail, shell'),
    });
    expect((await gantry('build', '--print=json', dir)).stderr).toContain('invalid value "json" for --print');
    const { status, stderr } = await gantry('build', dir);
    expect(status).toBe(0);
    expect(stderr).toContain(
      "\n 3 warnings found (use --check to expand):\n - StageNameCasing: Stage name 'Odd' should be lowercase (line 1)\n",
    );
  });

  it('makes an image that runs, says its steps, and does them once', async () => {
    const dir = context(good, { file: 'file\n' });
    const built = await gantry(
      'build',
      dir,
      '-t',
      'app:1',
      '--build-arg',
      'WHO=you',
      '--iidfile',
      stand.root.at('iid'),
    );
    expect(built).toMatchObject({ status: 0, stdout: '' });
    expect(built.stderr).toMatch(/^#\d+ \[made 3\/3\] RUN echo "for \$WHO" >\/who; echo working$/m);
    expect(built.stderr).toMatch(/^#\d+ \d+\.\d{3} working$/m);
    expect(built.stderr).toMatch(/^=> named app:1$/m);
    expect(await gantry.must('run', '--rm', 'app:1')).toBe('for you\nfile\n');
    const id = readFileSync(stand.root.at('iid'), 'utf8');
    expect(await gantry.must('inspect', '-f', '{{.Id}} {{.Config.Labels.made}}', 'app:1')).toBe(
      `${id} here\n`,
    );
    const again = await gantry('build', '-t', 'app:1', '--build-arg', 'WHO=you', dir);
    expect(again.stderr).not.toMatch(/\d working$/m);
    expect(again.stderr.match(/ CACHED$/gm)?.length).toBeGreaterThan(2);
    expect(await gantry.must('build', '-q', '--build-arg', 'WHO=you', dir)).toBe(`${id}\n`);
  });

  it('reads a Dockerfile from stdin, with a context and without', async () => {
    const dir = context('', { file: 'here\n' });
    const input = 'FROM busybox\nCOPY file /\nCMD cat /file\n';
    expect((await gantry.with({ input }, 'build', '-t', 'piped', '-f', '-', dir)).status).toBe(0);
    expect(await gantry.must('run', '--rm', 'piped')).toBe('here\n');
    expect((await gantry.with({ input: 'FROM busybox\n' }, 'build', '-')).status).toBe(0);
    expect((await gantry.with({ input }, 'build', '-f', '-', '-')).stderr).toContain(
      "can't use stdin for both",
    );
  });

  it('shows where it failed, with what the step said, and leaves no image', async () => {
    const dir = context('FROM busybox\nRUN echo before\nRUN echo said; exit 3\n');
    const before = await gantry.must('images', '-aq');
    const { status, stderr } = await gantry('build', '-t', 'never', dir);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^#\d+ \d+\.\d{3} said$/m);
    expect(stderr).toContain('Dockerfile:3\n');
    expect(stderr).toContain('   3 | >>> RUN echo said; exit 3\n');
    expect(stderr).toMatch(/^gantry: .*returned a non-zero code: 3$/m);
    expect(await gantry.must('images', '-aq')).toBe(before);
  });

  it('passes secrets, hosts and limits to its steps, and writes what it made', async () => {
    const dir = context(
      'FROM busybox AS one\nRUN --mount=type=secret,id=t,env=T echo "$T" | tr a-z A-Z; ulimit -n; grep other /etc/hosts\n',
    );
    const file = stand.root.at('metadata.json');
    const options = ['--secret', 'id=t,env=TOKEN', '--ulimit', 'nofile=99', '--add-host', 'other:10.0.0.9'];
    const { status, stderr } = await gantry.with(
      { env: { TOKEN: 'sesame' } },
      ...['build', '-t', 'meta:1', ...options, '-m', '64m', '--no-cache-filter', 'one'],
      ...['--metadata-file', file, dir],
    );
    expect([status, stderr]).toEqual([0, expect.stringMatching(/ SESAME\n.* 99\n.* 10\.0\.0\.9\sother\n/)]);
    const metadata = JSON.parse(readFileSync(file, 'utf8'));
    const { Id } = JSON.parse(await gantry.must('inspect', '-f', 'json', 'meta:1'))[0];
    expect(metadata).toMatchObject({
      'containerimage.config.digest': Id,
      'containerimage.digest': metadata['containerimage.descriptor'].digest,
      'image.name': 'docker.io/library/meta:1',
    });
  });

  it('leaves no ID of an earlier image when it fails, and says before it builds what it cannot write', async () => {
    const dir = context('FROM busybox\nRUN exit 7\n');
    const [iid, empty] = [stand.root.at('stale-iid'), stand.root.at('no/such/md')];
    writeFileSync(iid, 'sha256:stale');
    const failed = await gantry('build', '--iidfile', iid, dir);
    expect([failed.status, existsSync(iid)]).toEqual([1, false]);
    for (const option of ['--iidfile', '--metadata-file']) {
      const { status, stderr } = await gantry('build', option, empty, dir);
      expect(status).toBe(1);
      expect(stderr).toContain(
        `invalid output path: stat ${stand.root.at('no/such')}: no such file or directory`,
      );
      expect(stderr).not.toContain('RUN exit 7');
    }
    expect((await gantry('build', '--iidfile', stand.root.path, dir)).stderr).toContain(
      'failed to write the image ID file: cannot write to a directory',
    );
    const secret = await gantry('build', '--secret', 'id=x,src=/no/such', dir);
    expect(secret.status).toBe(1);
    expect(secret.stderr).toContain('could not parse secrets: failed to stat /no/such');
    expect(secret.stderr).not.toContain('RUN exit 7');
  });

  it('reads a tar or a Dockerfile from stdin, but not both of them', async () => {
    const dir = context('FROM busybox\nCOPY file /\nRUN cat /file\n', { file: 'from the tar\n' });
    const archive = execFileSync('tar', ['-C', dir, '-cz', '.']);
    const packed = await gantry.with({ input: archive }, 'build', '-');
    expect([packed.status, packed.stderr]).toEqual([0, expect.stringMatching(/ from the tar$/m)]);
    const alone = await gantry.with({ input: 'FROM busybox\nRUN exit 3\n' }, 'build', '-');
    expect([alone.status, alone.stderr]).toEqual([1, expect.stringContaining('   2 | >>> RUN exit 3\n')]);
    const mixed = await gantry.with(
      { input: 'FROM busybox\nCOPY file /\nRUN cat /file\n' },
      'build',
      '-f',
      '-',
      dir,
    );
    // What the tar held is what the folder holds.
    expect(mixed.stderr).toMatch(/^#3 \[3\/3\] RUN cat \/file\n#3 CACHED$/m);
    expect((await gantry('build', '-f', '-', '-')).stderr).toContain(
      "gantry: invalid argument: can't use stdin for both build context and dockerfile",
    );
  });

  it('shows a fault of the Dockerfile in its place', async () => {
    const { status, stderr } = await gantry('build', context('FROM busybox\n\nRUNN true\n'));
    expect(status).toBe(1);
    expect(stderr).toContain('   3 | >>> RUNN true\n');
    expect(stderr).toMatch(/^gantry: .*unknown instruction: RUNN/m);
  });

  it('refuses what it cannot do, and says what to do instead', async () => {
    expect(await gantry('build', '--sbom', 'true', '.')).toMatchObject({
      status: 125,
      stderr: expect.stringContaining('--sbom is not supported: attestations are not made'),
    });
  });

  it('draws its steps in place on a terminal, and stops with ctrl-c', async () => {
    const dir = context('FROM busybox\nRUN echo begun; sleep 1000\n');
    await using pty = new PtyScreen({ argv: [...gantry.argv, 'build', dir], env: gantry.env });
    await pty.shows(/\[\+\] Building [\s\S]* => \[2\/2\] RUN echo begun; sleep 1000[\s\S]* => => # begun/);
    pty.type('\u0003');
    expect(await pty.exit()).toBe(130);
    expect(pty.emulator.text()).toContain('CANCELED [2/2] RUN');
  });
});

describe('images from a shell', () => {
  it('are tagged, listed, told of, saved, removed and loaded', async () => {
    await gantry.must('tag', 'busybox', 'other/name:2');
    expect(await gantry.must('images', '--format', '{{.Repository}}:{{.Tag}}', 'other/*')).toBe(
      'other/name:2\n',
    );
    // What an image does not say is empty to a template, and no error.
    const fields = ['.Config.Hostname', '.Config.ExposedPorts', '.Config.Healthcheck', '.Config.StopSignal'];
    const format = `${fields.map((field) => `{{${field}}}`).join('|')}|{{if .Config.Shell}}no{{end}}|{{.DockerVersion}}`;
    expect(await gantry.must('image', 'inspect', '-f', format, 'busybox')).toBe('|map[]|<no value>|||\n');
    expect(await gantry.must('image', 'inspect', 'busybox')).not.toContain('Healthcheck');
    expect(await gantry.must('images', '--format', '{{.VirtualSize}} {{.SharedSize}}', 'busybox')).toMatch(
      /^\d\S*MB N\/A\n$/,
    );
    const [header, step] = (await gantry.must('history', 'other/name:2')).split('\n');
    expect(header).toMatch(/^IMAGE +CREATED +CREATED BY +SIZE +COMMENT$/);
    expect(step).toMatch(/^[0-9a-f]{12} /);
    const file = stand.root.at('saved.tar');
    expect(await gantry('save', '-o', file, 'other/name:2')).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(await gantry.must('rmi', 'other/name:2')).toBe('Untagged: other/name:2\n');
    expect(await gantry.must('load', '-q', '-i', file)).toBe('Loaded image: other/name:2\n');
    expect((await gantry.with({ input: readFileSync(file) }, 'load', '-q')).stdout).toBe(
      'Loaded image: other/name:2\n',
    );
    expect(await gantry('save', '-o', stand.root.at('none.tar'), 'nope')).toMatchObject({ status: 1 });
    expect(existsSync(stand.root.at('none.tar'))).toBe(false);
    expect(await gantry('import', '/nope.tar')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('open /nope.tar: no such file or directory'),
    });
  });

  it('are all saved by the name of their repository, and no file is made for those that are not here', async () => {
    for (const tag of ['1', '2']) await gantry.must('tag', 'busybox', `many:${tag}`);
    const file = stand.root.at('many.tar');
    await gantry.must('save', '-o', file, 'many');
    const index = JSON.parse(execFileSync('tar', ['xOf', file, 'manifest.json'], { encoding: 'utf8' }));
    expect(index[0].RepoTags).toEqual(['docker.io/library/many:1', 'docker.io/library/many:2']);

    const failure = async (...words: readonly string[]) => (await gantry(...words)).stderr.split('\n')[0];
    const missing = stand.root.at('missing.tar');
    expect(await failure('save', '-o', missing, 'many', 'nope')).toBe('gantry: No such image: nope');
    expect(existsSync(missing)).toBe(false);
    const nowhere = stand.root.at('nowhere');
    expect(await failure('save', '-o', `${nowhere}/x.tar`, 'many')).toBe(
      `gantry: failed to save image: invalid output path: stat ${nowhere}: no such file or directory`,
    );
    expect(await failure('save', '-o', stand.root.at('.'), 'many')).toBe(
      'gantry: failed to save image: cannot write to a directory',
    );
    for (const words of [
      ['pull', ''],
      ['tag', '', 'x'],
      ['save', ''],
    ])
      expect(await failure(...words)).toBe('gantry: invalid reference format');
    const digest = `sha256:${'0'.repeat(64)}`;
    expect(await gantry('push', `many@${digest}`)).toMatchObject({
      stdout: '',
      stderr: expect.stringContaining('cannot push a digest reference'),
    });
    await gantry.must('rmi', 'many:1', 'many:2');
  });

  it('have times that nobody knows, and no count of containers, in the words docker has', async () => {
    const layer = makeTar([{ path: 'a', content: 'a' }]);
    const config = JSON.stringify({
      architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
      os: 'linux',
      rootfs: { type: 'layers', diff_ids: [sha256(layer)] },
    });
    const list = [{ Config: 'config.json', RepoTags: ['bare:1'], Layers: ['layer.tar'] }];
    const archive = makeTar([
      { path: 'config.json', content: config },
      { path: 'layer.tar', content: layer },
      { path: 'manifest.json', content: JSON.stringify(list) },
    ]);
    writeFileSync(stand.root.at('bare.tar'), archive);
    await gantry.must('load', '-q', '-i', stand.root.at('bare.tar'));
    const [, row] = (await gantry.must('images', 'bare')).split('\n');
    expect(row).toMatch(/^bare +1 +[0-9a-f]{12} +N\/A +1B$/);
    expect(JSON.parse(await gantry.must('images', '--format', 'json', 'bare'))).toMatchObject({
      Containers: 'N/A',
      CreatedAt: '0001-01-01 00:00:00 +0000 UTC',
      CreatedSince: '',
      VirtualSize: '1B',
    });
    expect((await gantry.must('history', 'bare:1')).split('\n')[1]).toMatch(/^[0-9a-f]{12} +N\/A +1B +$/);
    expect((await gantry.must('images', '')).split('\n').length).toBeGreaterThan(2);
    await gantry.must('rmi', 'bare:1');
  });

  it('go with image prune, but not those in use', async () => {
    await gantry.must('create', '--name', 'user', 'busybox');
    await gantry.must('tag', 'busybox', 'unused');
    const { stdout, stderr } = await gantry.with({ input: 'y' }, 'image', 'prune', '-a');
    expect(stderr).toMatch(
      /^WARNING! This will remove all images without at least one container associated to them\.\n\n/,
    );
    expect(stdout).toContain('Total reclaimed space:');
    expect(await gantry.must('run', '--rm', 'busybox', 'echo', 'still')).toBe('still\n');
    await gantry.must('rm', 'user');
  });
});
