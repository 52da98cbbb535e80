import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { version } from '../../../src/base/version.ts';
import { setup as buildIfStale } from '../../support/build-if-stale.ts';
import { type GantryCli, gantryCli } from '../../support/gantry-cli.ts';
import { type TempRoot, tempRoot } from '../../support/temp-root.ts';

let root: TempRoot;
let gantry: GantryCli;
beforeAll(async () => {
  buildIfStale();
  root = await tempRoot();
  gantry = gantryCli(root);
});
afterAll(() => root[Symbol.asyncDispose]());

describe('the program', () => {
  it('prints help where there is neither a command nor a terminal', async () => {
    const { status, stdout } = await gantry();
    expect(status).toBe(0);
    expect(stdout).toMatch(/^Usage: {2}gantry \[OPTIONS\] COMMAND\n/);
    expect((await gantry('--help')).stdout).toBe(stdout);
    expect((await gantry('help')).stdout).toBe(stdout);
  });

  it('tells its version without an engine', async () => {
    expect(await gantry.must('--version')).toBe(`gantry version ${version}\n`);
    expect(await gantry.must('version', '--format', '{{.Client.Version}}')).toBe(`${version}\n`);
  });

  it('checks the machine', async () => {
    expect((await gantry('doctor')).stdout).toMatch(/^ok +Rights: root$/m);
    const checks = (await gantry('doctor', '--format', 'json')).stdout.trim().split('\n');
    expect(checks.map((line) => JSON.parse(line).ID)).toContain('kernel');
  });

  it('tells of insecure registries and mirrors, and of settings it cannot read', async () => {
    const folder = root.at('home', 'config', 'gantry');
    const path = join(folder, 'registries.json');
    mkdirSync(folder, { recursive: true });
    const mirrors = { 'docker.io': ['http://mirror.test/hub'], 'quay.test': ['mirror.test:5000'] };
    writeFileSync(path, JSON.stringify({ 'insecure-registries': ['old.test:80', '10.0.0.0/8'], mirrors }));
    const told = await gantry.must('--insecure-registry', 'more.test', 'info');
    expect(told.slice(told.indexOf(' Insecure'))).toBe(
      [
        ...[
          ' Insecure Registries:',
          '  old.test:80',
          '  10.0.0.0/8',
          '  more.test',
          '  ::1/128',
          '  127.0.0.0/8',
        ],
        ...[' Registry Mirrors:', '  http://mirror.test/hub', '  https://mirror.test:5000/ (quay.test)', ''],
      ].join('\n'),
    );
    const format =
      '{{.RegistryConfig.InsecureRegistryCIDRs}} {{.RegistryConfig.Mirrors}} {{(index .RegistryConfig.IndexConfigs "old.test:80").Secure}}';
    expect(await gantry.must('info', '--format', format)).toBe(
      '[10.0.0.0/8 ::1/128 127.0.0.0/8] [http://mirror.test/hub] false\n',
    );
    writeFileSync(path, '{');
    const broken = await gantry('info');
    expect(broken).toMatchObject({
      status: 0,
      stderr: expect.stringContaining(`${path}: is not valid JSON`),
    });
    rmSync(path);
  });

  it('says in one line that it cannot use its root', async () => {
    writeFileSync(root.at('a-file'), '');
    const { status, stderr } = await gantry('--root', root.at('a-file', 'x'), 'ps');
    expect(status).toBe(1);
    expect(stderr).toMatch(/^gantry: cannot use .*a-file\/x: /);
  });
});

describe('plugins', () => {
  it('of ours add commands to the built program', async () => {
    expect(await gantry.must('image', 'sizes')).toMatch(/^IMAGE +IMAGE ID +SIZE +ALONE +SHARED\n$/);
    expect(await gantry.must('image', '--help')).toMatch(/\n {2}sizes +Show what each image takes alone/);
  });

  it('of the user do too, in TypeScript, with the API of the running program', async () => {
    const dir = join(root.env['XDG_CONFIG_HOME'] ?? '', 'gantry/plugins/hello');
    mkdirSync(dir, { recursive: true, mode: 0o755 });
    writeFileSync(
      join(dir, 'index.ts'),
      `import { defineCommand, definePlugin, flag, GantryError, optional } from 'gantry/plugin';
       const hello = defineCommand({
         id: 'hello.say', verbs: ['hello'], summary: 'Say hello',
         args: { who: optional('WHO') },
         options: { loud: flag('Louder', { short: 'l' }) },
         async run(ctx, { args, options }) {
           if (args.who === 'nobody') throw new GantryError({ kind: 'not-found', code: 'x', message: 'nobody is there' });
           const { engine } = await ctx.engine.system.info();
           const text: string = \`\${engine} greets \${args.who ?? 'you'}\`;
           return { kind: 'lines', lines: [options.loud ? text.toUpperCase() : text] };
         },
       });
       export const plugin = definePlugin({ commands: [hello] });`,
    );
    expect(await gantry.must('hello', '-l', 'me')).toBe('GANTRY GREETS ME\n');
    expect(await gantry.must('hello', '--help')).toMatch(/^Usage: {2}gantry hello \[OPTIONS\] \[WHO\]\n/);
    expect(await gantry.must('--help')).toMatch(/\n {2}hello +Say hello\n/);
    expect(await gantry('hello', 'nobody')).toEqual({
      status: 1,
      stdout: '',
      stderr: 'gantry: nobody is there\n',
    });
  });

  it('that are broken cost a line where plugins are asked, and nothing anywhere else', async () => {
    const dir = join(root.env['XDG_CONFIG_HOME'] ?? '', 'gantry/plugins/broken');
    mkdirSync(dir, { recursive: true, mode: 0o755 });
    writeFileSync(join(dir, 'index.js'), 'throw new Error("out of order")');
    const asked = await gantry('image', 'sizes');
    expect(asked).toMatchObject({ status: 0, stderr: 'plugin broken: out of order\n' });
    expect(await gantry('ps')).toMatchObject({ status: 0, stderr: '' });
  });
});
