import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CliStand, cliStand } from '../../support/cli-stand.ts';
import { credentialHelperProgram } from '../../support/credential-helper.ts';
import type { GantryCli } from '../../support/gantry-cli.ts';
import { podman } from '../../support/podman.ts';
import { PtyScreen } from '../../support/pty-screen.ts';
import {
  type RegistryServer,
  registryPassword,
  registryServer,
  registryUser,
} from '../../support/registry-server.ts';
import { mustRun, runProgram } from '../../support/run-program.ts';
import { type TokenServer, tokenPassword, tokenServer, tokenUser } from '../../support/token-server.ts';
import { until } from '../../support/until.ts';

let stand: CliStand;
let gantry: GantryCli;
let basic: RegistryServer;
let tokens: TokenServer;
let byToken: RegistryServer;
let folder: string;
let count = 0;

beforeAll(async () => {
  tokens = await tokenServer();
  [stand, basic, byToken] = await Promise.all([
    cliStand(),
    registryServer({ auth: true }),
    registryServer({ tokens }),
  ]);
  gantry = stand.gantry;
});
afterAll(async () => {
  await Promise.all([basic[Symbol.asyncDispose](), byToken[Symbol.asyncDispose]()]);
  await tokens[Symbol.asyncDispose]();
  await stand[Symbol.asyncDispose]();
});
beforeEach(() => {
  count += 1;
  folder = stand.root.at(`docker-${count}`);
  tokens.ways = 'both';
});

const configPath = () => `${folder}/config.json`;
const config = () => JSON.parse(readFileSync(configPath(), 'utf8'));
const put = (value: unknown) => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(configPath(), JSON.stringify(value));
};
const run = (input: string | undefined, ...words: readonly string[]) =>
  gantry.with({ ...(input !== undefined && { input }), env: { DOCKER_CONFIG: folder } }, ...words);
const login = (server: string, password = registryPassword, user = registryUser) =>
  run(`${password}\n`, 'login', '-u', user, '--password-stdin', server);
const encoded = (user: string, password: string) => Buffer.from(`${user}:${password}`).toString('base64');

describe('gantry login', () => {
  it('keeps what the registry takes as Docker would, and docker, podman and skopeo find it', async () => {
    const done = await login(basic.host);
    expect(done).toMatchObject({ status: 0, stdout: 'Login Succeeded\n' });
    expect(done.stderr).toContain(`WARNING! Your credentials are stored unencrypted in '${configPath()}'.`);
    expect(readFileSync(configPath(), 'utf8')).toBe(
      `{\n\t"auths": {\n\t\t"${basic.host}": {\n\t\t\t"auth": "${encoded(registryUser, registryPassword)}"\n\t\t}\n\t}\n}`,
    );
    expect(statSync(configPath()).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    const name = `${basic.host}/team/web:1`;
    await gantry.must('tag', 'busybox', name);
    expect((await run(undefined, 'push', name)).status).toBe(0);
    await gantry.must('rmi', name);
    expect((await run(undefined, 'pull', '-q', name)).stdout).toBe(`${name}\n`);
    const skopeo = ['skopeo', 'inspect', '--tls-verify=false', '--raw', `docker://${name}`];
    await mustRun(skopeo, { env: { DOCKER_CONFIG: folder, REGISTRY_AUTH_FILE: configPath() } });
    await using pods = podman();
    const pull = ['pull', '--tls-verify=false', '--authfile', configPath(), name];
    expect(await pods.podmanWith({}, ...pull)).toMatchObject({ status: 0 });
    const inspect = ['/usr/bin/docker', 'manifest', 'inspect', '--insecure', `${basic.host}/team/gone`];
    const docker = await runProgram(inspect, { env: { DOCKER_CONFIG: folder } });
    expect(docker.stderr).toContain('no such manifest');
  });

  it('takes what docker, podman and skopeo keep, and logout leaves nothing of it to docker', async () => {
    const name = `${basic.host}/team/peers:1`;
    await gantry.must('tag', 'busybox', name);
    const push = (env: Readonly<Record<string, string>>) => gantry.with({ env }, 'push', '-q', name);
    expect((await push({ DOCKER_CONFIG: folder })).stderr).toContain(
      `push access denied for ${basic.host}/team/peers`,
    );
    const password = ['-u', registryUser, '--password-stdin'];
    const input = registryPassword;
    await mustRun(['/usr/bin/docker', 'login', ...password, basic.host], {
      input,
      env: { DOCKER_CONFIG: folder, DOCKER_HOST: 'unix:///nowhere' },
    });
    expect((await push({ DOCKER_CONFIG: folder })).status).toBe(0);
    expect((await run(undefined, 'logout', basic.host)).stdout).toBe(
      `Removing login credentials for ${basic.host}\n`,
    );
    expect(config()).toEqual({ auths: {} });
    expect((await push({ DOCKER_CONFIG: folder })).status).toBe(1);

    const authfile = stand.root.at('home/config/containers/auth.json');
    await mustRun(
      ['skopeo', 'login', '--tls-verify=false', '--authfile', authfile, ...password, basic.host],
      { input },
    );
    expect((await push({ DOCKER_CONFIG: folder })).status).toBe(0);
    const before = readFileSync(authfile, 'utf8');
    const out = await run(undefined, 'logout', basic.host);
    expect(out).toMatchObject({ status: 0, stdout: `Not logged in to ${basic.host}\n` });
    expect(out.stderr).toContain(`${authfile} still holds a login`);
    expect(readFileSync(authfile, 'utf8')).toBe(before);
    writeFileSync(authfile, '{}');
  });

  it('says what was wrong, and leaves the file as it was', async () => {
    put({ psFormat: 'x' });
    const before = readFileSync(configPath(), 'utf8');
    const refused = await login(basic.host, 'wrong');
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain(
      `login attempt to http://${basic.host}/v2/ failed with status: 401 Unauthorized`,
    );
    const byTokenRefused = await login(byToken.host, 'wrong', tokenUser);
    expect(byTokenRefused.stderr).toContain(
      `Get "http://${byToken.host}/v2/": unauthorized: incorrect username or password`,
    );
    expect((await login('127.0.0.1:1')).stderr).toContain('connection refused');
    expect(readFileSync(configPath(), 'utf8')).toBe(before);
  });

  it.each([
    [['-u', 'a', '-p', 'b', '--password-stdin'], 'cannot specify both --password and --password-stdin'],
    [['--password-stdin'], 'the --password-stdin option requires --username to be set'],
    [['-u', 'a', '-p', ''], 'password is empty'],
    [['-u', 'a', '--password-stdin'], 'password is empty'],
    [['-u', 'a'], 'Cannot perform an interactive login from a non TTY device'],
    [[], 'Cannot perform an interactive login from a non TTY device'],
  ])('refuses %j', async (words, message) => {
    const { status, stderr } = await run('', 'login', ...words, basic.host);
    expect(status).toBe(1);
    expect(stderr).toContain(message);
    expect(existsSync(configPath())).toBe(false);
  });

  it('warns of a password others can see, and takes an empty server for Docker Hub', async () => {
    const done = await run(undefined, 'login', '-u', registryUser, '-p', registryPassword, basic.host);
    expect(done.stderr).toContain('WARNING! Using --password via the CLI is insecure. Use --password-stdin.');
    expect((await run(undefined, 'logout')).stdout).toBe('Not logged in to https://index.docker.io/v1/\n');
  });

  it('asks on a terminal, without showing the password', async () => {
    const argv = [...gantry.argv, 'login', basic.host];
    const env = { ...gantry.env, DOCKER_CONFIG: folder };
    await using pty = new PtyScreen({ argv, env });
    await pty.shows('Username:');
    pty.type(`${registryUser}\r`);
    await pty.shows('Password:');
    pty.type(`${registryPassword}x\u007f\r`);
    expect(await pty.exit()).toBe(0);
    expect(pty.emulator.text()).toContain('Login Succeeded');
    expect(pty.emulator.text()).toContain(registryUser);
    expect(pty.emulator.text()).not.toContain(registryPassword.slice(0, 4));
    expect(config().auths[basic.host].auth).toBe(encoded(registryUser, registryPassword));

    await using again = new PtyScreen({ argv, env });
    expect(await again.exit()).toBe(0);
    expect(again.emulator.text()).toContain(
      `Authenticating with existing credentials... [Username: ${registryUser}]`,
    );
  });

  it('asks in a pane of the screen, whose history keeps no line with a password', async () => {
    const env = { ...gantry.env, DOCKER_CONFIG: folder };
    await using pty = new PtyScreen({ argv: gantry.argv, env });
    await pty.shows('busybox');
    pty.type(`:login -u ${registryUser} -p wrong ${basic.host}\r`);
    await pty.shows('any key closes');
    pty.type('\r');
    await pty.when((screen) => !screen.includes('any key closes'));
    pty.type(`:login ${basic.host}\r`);
    await pty.shows('Username:');
    pty.type(`${registryUser}\r`);
    await pty.shows('Password:');
    pty.type(`${registryPassword}\r`);
    await until(() => existsSync(configPath()));
    expect(pty.emulator.text()).not.toContain(registryPassword.slice(0, 4));
    const history = stand.root.at('home/state/gantry/history.json');
    await until(() => existsSync(history) && readFileSync(history, 'utf8').includes(`login ${basic.host}`));
    expect(readFileSync(history, 'utf8')).not.toContain('wrong');
  });

  it('gives the terminal back as it was when it is broken off', async () => {
    const script = `trap : INT; ${gantry.argv.join(' ')} login -u me ${basic.host}; echo "status $?"; stty -a`;
    await using pty = new PtyScreen({ argv: ['sh', '-c', script], env: gantry.env });
    await pty.shows('Password:');
    pty.type('\u0003');
    const text = await pty.shows(/status 130[\s\S]*echo/);
    expect(text).toMatch(/ echo /);
    expect(text).not.toMatch(/ -echo /);
  });

  it('reads names and passwords that were written by hand in fields of their own', async () => {
    put({ auths: { [basic.host]: { username: registryUser, password: registryPassword } } });
    const { stdout } = await run(undefined, 'login', basic.host);
    expect(stdout).toContain('Login Succeeded');
  });

  it('keeps everything else in the file, its mode, and the link that leads to it', async () => {
    put({
      psFormat: 'table',
      auths: { 'other.example': { auth: 'b3RoZXI6eA==' } },
      'new-key': [1, { a: 2 }],
    });
    const real = `${folder}/real.json`;
    writeFileSync(real, readFileSync(configPath()));
    chmodSync(real, 0o640);
    const link = stand.root.at(`link-${count}`);
    mkdirSync(link);
    symlinkSync(`../docker-${count}/real.json`, `${link}/config.json`);
    folder = link;
    await login(basic.host);
    expect(lstatSync(configPath()).isSymbolicLink()).toBe(true);
    expect(statSync(real).mode & 0o777).toBe(0o640);
    expect(config()).toMatchObject({ psFormat: 'table', 'new-key': [1, { a: 2 }] });
    expect(Object.keys(config().auths)).toEqual(['other.example', basic.host]);
  });

  it('refuses a file it cannot read rather than write over it', async () => {
    mkdirSync(folder);
    writeFileSync(configPath(), '{"auths": ');
    const { status, stderr } = await login(basic.host);
    expect(status).toBe(1);
    expect(stderr).toContain(`${configPath()} is not valid JSON`);
    expect(readFileSync(configPath(), 'utf8')).toBe('{"auths": ');
  });

  it('loses no login when several are kept at once', async () => {
    const hosts = [basic.host, `localhost:${basic.host.split(':')[1]}`, byToken.host];
    await Promise.all(
      hosts.map((host) => (host === byToken.host ? login(host, tokenPassword, tokenUser) : login(host))),
    );
    expect(Object.keys(config().auths).toSorted()).toEqual(hosts.toSorted());
    expect(existsSync(`${configPath()}.lock`)).toBe(false);
  });
});

describe('a credential helper', () => {
  const withHelper = (extra: object) => {
    put(extra);
    const helper = credentialHelperProgram(folder, 'mine');
    const env = { DOCKER_CONFIG: folder, PATH: helper.path };
    const call = (input: string, ...words: readonly string[]) => gantry.with({ input, env }, ...words);
    return { helper, call };
  };

  it('keeps logins in place of the file, and gives and forgets them', async () => {
    const { helper, call } = withHelper({ credsStore: 'mine' });
    const done = await call(registryPassword, 'login', '-u', registryUser, '--password-stdin', basic.host);
    expect(done.stdout).toBe('Login Succeeded\n');
    expect(done.stderr).not.toContain('unencrypted');
    expect(config()).toEqual({ credsStore: 'mine', auths: { [basic.host]: {} } });
    expect(helper.kept()).toEqual({ [basic.host]: { Username: registryUser, Secret: registryPassword } });
    const name = `${basic.host}/helped`;
    await gantry.must('tag', 'busybox', name);
    expect((await call('', 'push', '-q', name)).status).toBe(0);
    expect((await call('', 'logout', basic.host)).stdout).toContain('Removing login credentials');
    expect(helper.kept()).toEqual({});
    expect(config().auths).toEqual({});
    expect((await call('', 'push', '-q', name)).status).toBe(1);
    expect(new Set(helper.asked())).toEqual(
      new Set(['store', 'get', 'erase'].map((verb) => `${verb} ${basic.host}`)),
    );
  });

  it('may be there for one registry only', async () => {
    const { helper, call } = withHelper({ credHelpers: { [byToken.host]: 'mine' } });
    await call(registryPassword, 'login', '-u', registryUser, '--password-stdin', basic.host);
    await call(tokenPassword, 'login', '-u', tokenUser, '--password-stdin', byToken.host);
    expect(Object.keys(helper.kept())).toEqual([byToken.host]);
    expect(helper.kept()[byToken.host]?.Username).toBe('<token>');
    expect(config().auths[basic.host]).toHaveProperty('auth');
    const [header, ...rows] = (await call('', 'registry', 'ls')).stdout.trim().split('\n');
    expect(header).toMatch(/^SERVER +USERNAME +KEPT IN$/);
    expect(rows.map((row) => row.split(/ {2,}/)).toSorted()).toEqual(
      [
        [byToken.host, '<token>', 'docker-credential-mine'],
        [basic.host, registryUser, configPath()],
      ].toSorted(),
    );
  });

  it('that is missing does not keep what is public away, and is told of', async () => {
    put({ credsStore: 'gone' });
    const name = `${byToken.host}/public/web`;
    const pulled = await run(undefined, 'pull', name);
    expect(pulled.stderr).toContain('exec: "docker-credential-gone": executable file not found in $PATH');
    expect(pulled.stderr).toMatch(/manifest for .*public\/web:latest not found/);
    const kept = await login(basic.host);
    expect(kept.status).toBe(1);
    expect(kept.stderr).toContain('error storing credentials - err: exec: "docker-credential-gone"');
  });

  it.each([
    ['prints garbage', 'echo "Enter passphrase:"', 'its answer is no JSON'],
    ['prints without end', 'yes', 'writes more than 1048576 bytes'],
    ['fails without a word', 'exit 3', 'exit status 3'],
  ])('that %s does not keep what is public away, and is told of', async (_, script, why) => {
    put({ credsStore: 'odd' });
    const bin = join(folder, 'odd');
    mkdirSync(bin);
    writeFileSync(join(bin, 'docker-credential-odd'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    const env = { DOCKER_CONFIG: folder, PATH: `${bin}:${process.env['PATH']}` };
    const pulled = await gantry.with({ env }, 'pull', `${byToken.host}/public/web`);
    expect(pulled.stderr).toContain(`error getting credentials - err: `);
    expect(pulled.stderr).toContain(why);
    expect(pulled.stderr).toMatch(/manifest for .*public\/web:latest not found/);
  });

  it('that hangs is left by ctrl-c', async () => {
    put({ credsStore: 'odd' });
    const bin = join(folder, 'odd');
    mkdirSync(bin);
    writeFileSync(
      join(bin, 'docker-credential-odd'),
      `#!/bin/sh\nsleep 1000 &\necho $! >${folder}/asked\nwait\n`,
      { mode: 0o755 },
    );
    const env = { ...gantry.env, DOCKER_CONFIG: folder, PATH: `${bin}:${process.env['PATH']}` };
    const pull = spawn(gantry.argv[0]!, [...gantry.argv.slice(1), 'pull', `${byToken.host}/public/web`], {
      env: { ...process.env, ...env },
      stdio: 'ignore',
    });
    await until(
      () => existsSync(join(folder, 'asked')) && readFileSync(join(folder, 'asked'), 'utf8') !== '',
    );
    pull.kill('SIGINT');
    expect(await once(pull, 'exit')).toEqual([130, null]);
    process.kill(Number(readFileSync(join(folder, 'asked'), 'utf8')));
  });

  it('is no path, whatever the file says', async () => {
    put({ credsStore: '../../tmp/evil' });
    expect((await login(basic.host)).stderr).toContain('"../../tmp/evil" names no credential helper');
  });
});

describe('a token server', () => {
  it('gives a token to keep instead of the password, which opens the registry from then on', async () => {
    const done = await login(byToken.host, tokenPassword, tokenUser);
    expect(done.stdout).toBe('Login Succeeded\n');
    expect(done.stderr).not.toContain('unencrypted');
    const entry = config().auths[byToken.host];
    expect(tokens.refreshTokens.has(entry.identitytoken)).toBe(true);
    expect(Buffer.from(entry.auth, 'base64').toString()).toBe(`${tokenUser}:`);
    const name = `${byToken.host}/private/web:1`;
    await gantry.must('tag', 'busybox', name);
    const before = tokens.seen.length;
    expect((await run(undefined, 'push', '-q', name)).status).toBe(0);
    const asked = tokens.seen.slice(before);
    expect(asked[0]?.method).toBe('POST');
    expect(asked[0]?.parameters.get('grant_type')).toBe('refresh_token');
    expect(asked[0]?.parameters.get('service')).toBe(tokens.service);
    await mustRun(['skopeo', 'inspect', '--tls-verify=false', '--raw', `docker://${name}`], {
      env: { REGISTRY_AUTH_FILE: configPath() },
    });
    expect((await run(undefined, 'pull', name)).stdout).toContain('Image is up to date');
    tokens.ways = 'get';
    await gantry.must('rmi', name);
    expect((await run(undefined, 'pull', '-q', name)).status).toBe(0);
  });

  it('may know passwords by POST only', async () => {
    put({ auths: { [byToken.host]: { auth: encoded(tokenUser, tokenPassword) } } });
    tokens.ways = 'post';
    const name = `${byToken.host}/private/posted`;
    await gantry.must('tag', 'busybox', name);
    const before = tokens.seen.length;
    expect((await run(undefined, 'push', '-q', name)).status).toBe(0);
    const [first, second] = tokens.seen.slice(before);
    expect([first?.method, second?.method]).toEqual(['GET', 'POST']);
    expect(second?.parameters.get('grant_type')).toBe('password');
  });

  it('lets anybody read what is public, and nobody else the rest', async () => {
    put({ auths: { [byToken.host]: { auth: encoded(tokenUser, tokenPassword) } } });
    for (const path of ['public/web', 'private/kept']) {
      await gantry.must('tag', 'busybox', `${byToken.host}/${path}`);
      expect((await run(undefined, 'push', '-q', `${byToken.host}/${path}`)).status).toBe(0);
      await gantry.must('rmi', `${byToken.host}/${path}`);
    }
    put({});
    expect((await run(undefined, 'pull', '-q', `${byToken.host}/public/web`)).status).toBe(0);
    const refused = await run(undefined, 'pull', `${byToken.host}/private/kept`);
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain(
      `pull access denied for ${byToken.host}/private/kept, repository does not exist or may require 'docker login'`,
    );
    expect((await run(undefined, 'push', `${byToken.host}/public/web`)).stderr).toContain(
      'push access denied',
    );
  });

  it('is asked for both repositories where a layer is mounted', async () => {
    put({ auths: { [byToken.host]: { auth: encoded(tokenUser, tokenPassword) } } });
    const [one, two] = [`${byToken.host}/mount/one`, `${byToken.host}/mount/two`];
    for (const name of [one, two]) await gantry.must('tag', 'busybox', name);
    await run(undefined, 'push', one);
    const before = tokens.seen.length;
    expect((await run(undefined, 'push', two)).stdout).toMatch(/: Mounted/);
    const scopes = tokens.seen.slice(before).map(({ parameters }) => parameters.getAll('scope').join(' '));
    expect(scopes.some((scope) => /mount\/two:pull,push/.test(scope) && /mount\/one:pull/.test(scope))).toBe(
      true,
    );
  });

  it('says that a login is not good any more', async () => {
    put({ auths: { [byToken.host]: { identitytoken: 'gone' } } });
    const { stderr, status } = await run(undefined, 'pull', `${byToken.host}/public/web`);
    expect(status).toBe(1);
    expect(stderr).toContain('unauthorized: the login has expired');
    expect(stderr).toContain('gantry login');
  });

  it('is asked for a namespace with the login that Podman keeps for it', async () => {
    const authfile = stand.root.at('namespaces.json');
    const auth = (user: string, password: string) => ({ auth: encoded(user, password) });
    writeFileSync(
      authfile,
      JSON.stringify({
        auths: {
          [byToken.host]: auth('nobody', 'x'),
          [`${byToken.host}/mine`]: auth(tokenUser, tokenPassword),
        },
      }),
    );
    const env = { REGISTRY_AUTH_FILE: authfile, DOCKER_CONFIG: folder };
    for (const [path, status] of [
      ['mine/web', 0],
      ['minefield/web', 1],
    ] as const) {
      await gantry.must('tag', 'busybox', `${byToken.host}/${path}`);
      expect((await gantry.with({ env }, 'push', '-q', `${byToken.host}/${path}`)).status).toBe(status);
    }
  });
});
