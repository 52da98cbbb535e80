import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { keys, PtyScreen } from '../support/pty-screen.ts';
import { type RegistryServer, registryServer } from '../support/registry-server.ts';
import { type GantryScreen, type ScreenStand, screenStand } from '../support/screen-stand.ts';
import { until } from '../support/until.ts';

const web = join(import.meta.dirname, '../../examples/web');

let stand: ScreenStand;
let registry: RegistryServer;
beforeAll(async () => {
  [stand, registry] = await Promise.all([screenStand(), registryServer()]);
});
afterAll(async () => {
  await registry[Symbol.asyncDispose]();
  await stand[Symbol.asyncDispose]();
});

/** What runs comes to its end, and its overlay is closed. */
async function closed(screen: GantryScreen): Promise<void> {
  await screen.shows('✓ done in');
  screen.type(keys.escape);
  await screen.lacks('esc close');
}

describe('by keys alone', () => {
  it('an image is built, run, reached, watched, entered, stopped, removed, pushed, pulled and pruned', async () => {
    await using screen = await stand.open();
    const port = await freePort();
    const name = `${registry.host}/web:1`;

    screen.type('b');
    await screen.shows('Build an image');
    await screen.fill({ Folder: web, 'Name and tag': name });
    await closed(screen);

    screen.type('1');
    await screen.shows(new RegExp(`▌○ +${registry.host}/web:1`));
    screen.type('r');
    await screen.shows('Run a container');
    await screen.fill({ Name: 'web', Ports: `${port}:8080` });
    await screen.shows(/● +web .* up .*→8080/);
    const page = () => fetch(`http://127.0.0.1:${port}/`).then((answer) => answer.text());
    expect(await until(() => page().catch(() => undefined))).toContain('Hello from gantry');

    screen.type('2');
    await screen.shows(/▌● +web/);
    screen.type('l');
    await screen.shows('serving on port 8080');
    await screen.shows('response:200');

    screen.type('2');
    await screen.shows(/▌● +web/);
    screen.type('e');
    await screen.shows('web · shell');
    await screen.shows('$ ');
    screen.type('echo "I am $(id -un)"\r');
    await screen.shows('I am www-data');
    screen.type('exit\r');
    await screen.lacks('web · shell');

    screen.type('2');
    await screen.shows(/▌● +web/);
    screen.type('s');
    await screen.shows(/▌○ +web .* exited \(143\)/);
    screen.type('d');
    await screen.shows('Remove this container?');
    screen.type('y');
    await screen.shows('No containers yet');

    screen.type('1');
    await screen.shows(new RegExp(`▌○ +${registry.host}/web:1`));
    screen.type('u');
    await screen.shows('Push an image');
    screen.type(keys.enter);
    await closed(screen);
    screen.type('d');
    await screen.shows('Remove this image?');
    screen.type('y');
    await screen.lacks(/[○●] +127\.0\.0\.1:\d+\/web:1/);

    screen.type('p');
    await screen.shows('Pull an image');
    await screen.fill({ Image: name });
    await closed(screen);
    await screen.shows(/○ +127\.0\.0\.1:\d+\/web:1/);

    // Another build takes the name, and the image of before has none.
    screen.command(`build -q -t ${name} --build-arg TITLE=again ${web}`);
    await closed(screen);
    await screen.shows('<none>');
    screen.type('1D');
    await screen.shows('Are you sure?');
    screen.type('y');
    await screen.lacks('<none>');
    await screen.shows('✓ gantry image prune');

    screen.type('q');
    expect(await screen.terminal.exit()).toBe(0);
  });
});

describe('a screen that is killed', () => {
  it('leaves its containers running, for the next one to see and stop', async () => {
    const first = await stand.open();
    first.command('run -d --name sleeper busybox sleep 1000');
    await first.shows(/● +sleeper/);
    await first[Symbol.asyncDispose]();
    expect(await stand.gantry.must('ps', '--format', '{{.Names}} {{.State}}')).toBe('sleeper running\n');

    await using second = await stand.open();
    second.type('2');
    await second.shows(/▌● +sleeper/);
    second.type('K');
    await second.shows('Are you sure?');
    second.type('y');
    await second.shows(/exited \(137\)/);
  });
});

describe('a shell beside an open screen', () => {
  it('gets the status of its own containers, whoever buries them', async () => {
    await using _screen = await stand.open();
    const statuses = Array.from({ length: 8 }, (_, index) => index + 1);
    const run = (status: number) => stand.gantry('run', '--rm', 'busybox', 'sh', '-c', `exit ${status}`);
    const ended = await Promise.all(statuses.map(run));
    expect(ended.map(({ status }) => status)).toEqual(statuses);
  });
});

describe('two screens of one engine', () => {
  it('show what the other one and a shell do', async () => {
    await using first = await stand.open();
    await using second = await stand.open({ columns: 90, rows: 30 });
    await stand.gantry.must('create', '--name', 'seen-by-both', 'busybox', 'true');
    await Promise.all([first.shows('seen-by-both'), second.shows('seen-by-both')]);
    await stand.gantry.must('rename', 'seen-by-both', 'renamed');
    await Promise.all([first.shows('renamed'), second.shows('renamed')]);
    await stand.gantry.must('rename', 'renamed', 'seen-by-both');
    await Promise.all([first.shows('seen-by-both'), second.shows('seen-by-both')]);
    second.command('rm seen-by-both');
    await Promise.all([first.lacks(/○ +seen-by-both/), second.lacks(/○ +seen-by-both/)]);
  });
});

describe('a process that ignores interrupts', () => {
  it('is left at the third, running, with words at each', async () => {
    const { gantry } = stand;
    const argv = [...gantry.argv, 'run', '--name', 'napper', 'busybox', 'sh', '-c', 'echo up; sleep 100'];
    await using terminal = new PtyScreen({ argv, env: gantry.env });
    await terminal.shows('up');
    terminal.type(keys.control('c'));
    await terminal.shows('napper has not ended by it. 2 more leave it running.');
    terminal.type(keys.control('c'));
    await terminal.shows('1 more leaves it running.');
    terminal.type(keys.control('c'));
    expect(await terminal.exit()).toBe(1);
    expect(terminal.emulator.text()).toContain('got 3 interrupts, leaving: napper goes on running');
    expect(await gantry.must('ps', '--format', '{{.Names}}')).toBe('napper\n');
    await gantry.must('rm', '-f', 'napper');
  });
});

describe('volumes and networks', () => {
  it('are made, shown, described and removed by keys', async () => {
    await using screen = await stand.open();
    screen.command('volumes');
    await screen.shows('No volumes yet');
    screen.type('c');
    await screen.shows('Create a volume');
    await screen.fill({ Name: 'data' });
    await screen.shows(/▌○ +data/);
    await stand.gantry.must('create', '--name', 'user', '-v', 'data:/data', 'busybox', 'true');
    await screen.shows(/▌● +data +user/);
    await stand.gantry.must('rm', 'user');
    await screen.shows(/▌○ +data/);
    screen.type('d');
    await screen.shows('data');
    screen.type('y');
    await screen.shows('No volumes yet');
    screen.type('7');
    await screen.shows(/7 Networks[\s\S]*bridge/);
    await stand.gantry.must('network', 'create', 'backend');
    await screen.shows(/○ +backend +bridge/);
    await stand.gantry.must('network', 'rm', 'backend');
    await screen.lacks(/○ +backend/);
  });
});

describe('a container run in the foreground', () => {
  it('leaves its words to be read, and why it could not start', async () => {
    await using screen = await stand.open();
    screen.command('run --rm busybox echo hello there');
    await screen.shows('│hello there');
    await screen.shows('ended with status 0 · any key closes');
    screen.type(keys.enter);
    await screen.lacks('any key closes');
    screen.command('run --pull never nope');
    await screen.shows(/No such image: nope/);
    await screen.shows('ended with status 125 · any key closes');
    screen.type(keys.enter);
    await screen.lacks('any key closes');
    screen.type('J');
    await screen.shows(/✗ +gantry run --pull never nope/);
    screen.type(`j${keys.enter}`);
    await screen.shows('hello there');
  });
});
