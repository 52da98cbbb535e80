import { chmodSync, existsSync, renameSync, rmSync, symlinkSync, utimesSync } from 'node:fs';
import { expect, test } from 'vitest';
import { keys, PtyScreen } from '../../support/pty-screen.ts';
import { runProgram } from '../../support/run-program.ts';
import { SampleCheckout } from './sample-checkout.ts';

test('the launcher finds its checkout by path and through links, and passes arguments as they are', async () => {
  using checkout = new SampleCheckout();
  const words = ['run', '-it', 'a b', '', '--env-file', '/missing', '--', '--inspect'];
  const { stdout } = await checkout.run('gantry', ...words);
  expect(JSON.parse(stdout)).toEqual(words);

  symlinkSync(checkout.at('scripts/launch/gantry'), checkout.at('once'));
  symlinkSync('once', checkout.at('twice'));
  for (const [argv, cwd] of [
    [[checkout.at('twice')], '/'],
    [['scripts/launch/gantry'], checkout.at()],
    [['sh', 'gantry'], checkout.at('scripts/launch')],
  ] as const) {
    expect((await runProgram([...argv, 'ps'], { cwd })).stdout).toBe('["ps"]\n');
  }
});

test('the launcher builds what was never built, and says what to do where it cannot', async () => {
  using checkout = new SampleCheckout();
  expect((await checkout.run('gantry')).stdout).toBe('[]\n');
  expect(checkout.builds).toBe(1);

  rmSync(checkout.at('dist'), { recursive: true });
  renameSync(checkout.at('node_modules/rolldown'), checkout.at('rolldown'));
  expect(await checkout.run('gantry')).toMatchObject({
    status: 1,
    stdout: '',
    stderr: `gantry: not built yet; run: npm --prefix ${checkout.at()} start\n`,
  });
});

test('start sets up once, and again only for what has changed', async () => {
  using checkout = new SampleCheckout();
  expect(await checkout.run('start', 'ps')).toEqual({ status: 0, stdout: '["ps"]\n', stderr: '' });
  await checkout.run('start', 'ps');
  expect(checkout.builds).toBe(1);

  const later = new Date(Date.now() + 5_000);
  utimesSync(checkout.at('src/main.ts'), later, later);
  await checkout.run('start', 'ps');
  expect(checkout.builds).toBe(2);
  expect(checkout.aptLog).toBe('');
});

test('start prints help where there is no terminal, and the full screen where there is one', async () => {
  using checkout = new SampleCheckout();
  expect((await checkout.run('start')).stdout).toBe('["--help"]\n');
  await using screen = new PtyScreen({ argv: [checkout.at('scripts/launch/start')], env: checkout.env });
  await screen.shows(/^\[\]$/m);
  expect(await screen.exit()).toBe(0);
});

test('what is missing is named with its purpose and installed without asking where nobody can be asked', async () => {
  using checkout = new SampleCheckout();
  checkout.wants(
    'run | no-such-program | fancy | holds up the sky',
    'test | none-either | other | is for tests',
  );
  checkout.program(
    'apt-get',
    `echo "$@" >>"${checkout.at('apt.log')}"
printf '#!/bin/sh\\n' >"${checkout.at('bin/no-such-program')}"; chmod 755 "${checkout.at('bin/no-such-program')}"`,
  );
  const { status, stdout, stderr } = await checkout.run('start', 'ps');
  expect({ status, stdout }).toEqual({ status: 0, stdout: '["ps"]\n' });
  expect(stderr).toContain('  fancy  holds up the sky\n');
  expect(stderr).not.toContain('is for tests');
  expect(checkout.aptLog).toMatch(/install --no-install-recommends fancy\n$/);
});

test('on a terminal it asks first, and a no leads on without being remembered', async () => {
  using checkout = new SampleCheckout();
  checkout.wants('run | no-such-program | fancy | holds up the sky');
  await using screen = new PtyScreen({
    argv: [checkout.at('scripts/launch/start'), 'ps'],
    env: checkout.env,
  });
  await screen.shows('Install them now with apt-get? [Y/n]');
  screen.type(`n${keys.enter}`);
  await screen.shows('install them with: apt-get install --no-install-recommends fancy');
  screen.type(keys.enter);
  await screen.shows('["ps"]');
  expect(await screen.exit()).toBe(0);
  expect(checkout.aptLog).toBe('');
  expect(existsSync(checkout.at('node_modules/.gantry-ready-run'))).toBe(false);
});

test('--yes installs on a terminal, too', async () => {
  using checkout = new SampleCheckout();
  checkout.wants('run | no-such-program | broken | holds up the sky');
  checkout.program('apt-get', `echo "$@" >>"${checkout.at('apt.log')}"; echo 'E: no such package'; exit 100`);
  await using screen = new PtyScreen({
    argv: [checkout.at('scripts/launch/start'), '--yes', 'ps'],
    env: checkout.env,
  });
  await screen.shows('gantry: apt-get failed with status 100; what it says is above');
  expect(screen.emulator.text()).toContain('E: no such package');
  expect(await screen.exit()).toBe(1);
});

test('without root it prints the command to run; tests stop there', async () => {
  using checkout = new SampleCheckout();
  checkout.wants(
    'run | no-such-program | fancy | holds up the sky',
    'test | none-either | other | is for tests',
  );
  checkout.program('id', 'echo 1000');
  const started = await checkout.run('start', 'ps');
  expect(started.stderr).toContain('install them with: sudo apt-get install --no-install-recommends fancy\n');
  expect(started).toMatchObject({ status: 0, stdout: '["ps"]\n' });
  const tested = await checkout.run('test');
  expect(tested.status).toBe(1);
  expect(tested.stderr).toContain('sudo apt-get install --no-install-recommends fancy other\n');
});

test('what only a normal user needs is asked for by a normal user', async () => {
  using checkout = new SampleCheckout();
  checkout.wants('user | no-such-program | lender | lends IDs');
  expect((await checkout.run('start', 'ps')).stderr).not.toContain('lender');
  rmSync(checkout.at('node_modules/.gantry-ready-run'));
  checkout.program('id', 'echo 1000');
  expect((await checkout.run('start', 'ps')).stderr).toContain(
    'sudo apt-get install --no-install-recommends lender\n',
  );
});

test('who may not write to a checkout is told who has to set it up, and runs it then', async () => {
  using checkout = new SampleCheckout();
  chmodSync(checkout.at(), 0o755);
  const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
  const start = () =>
    runProgram([...nobody, checkout.at('scripts/launch/start'), 'ps'], { env: checkout.env });
  expect(await start()).toMatchObject({
    status: 1,
    stderr: `gantry: this checkout is somebody else's, who must set it up once; as root: npm --prefix ${checkout.at()} start\n`,
  });
  await checkout.run('start', 'ps');
  expect(await start()).toMatchObject({ status: 0, stdout: '["ps"]\n' });
});

test('npm packages are installed anew when the lock file is newer, and a failure ends the set-up', async () => {
  using checkout = new SampleCheckout();
  const later = new Date(Date.now() + 5_000);
  utimesSync(checkout.at('package-lock.json'), later, later);
  checkout.program('npm', `echo "$@" >"${checkout.at('npm.log')}"; echo 'npm error network' >&2; exit 7`);
  const { status, stderr } = await checkout.run('start', 'ps');
  expect(status).toBe(1);
  expect(stderr).toContain('npm error network\ngantry: npm ci failed with status 7; what it says is above\n');
  expect(checkout.builds).toBe(0);
});
