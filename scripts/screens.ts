import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gantryCli } from '../test/support/gantry-cli.ts';
import { keys, PtyScreen } from '../test/support/pty-screen.ts';
import { tempRoot } from '../test/support/temp-root.ts';
import { screenSvg } from './screens/screen-svg.ts';

/**
 * Takes the pictures of the README: starts gantry on a root of its own, builds and runs the examples, and drives the
 * screen by its keys. Needs root, as containers do: `node scripts/screens.ts`.
 */
const home = dirname(import.meta.dirname);
const folder = join(home, 'docs/screens');
await mkdir(folder, { recursive: true });

await using root = await tempRoot();
const gantry = gantryCli(root);
const base = ['sh', '-c', `${home}/examples/make-base busybox | "$@"`, 'sh', ...gantry.argv];
await run(base, 'import', '-c', 'CMD ["sh"]', '-', 'busybox:latest');
await gantry.must('build', '-t', 'web:1', join(home, 'examples/web'));
await gantry.must('tag', 'web:1', 'web:latest');
await gantry.must('run', '-d', '--name', 'web', '-p', '127.0.0.1:18080:8080', 'web:1');
const chatter = 'i=0; while :; do i=$((i+1)); echo "job $i done in $((i*37%90)) ms"; sleep 0.2; done';
await gantry.must('run', '-d', '--name', 'worker', 'busybox', 'sh', '-c', chatter);
await gantry.must('run', '--name', 'migrate', 'busybox', 'true');

await using screen = new PtyScreen({
  argv: gantry.argv,
  columns: 128,
  rows: 38,
  env: { ...gantry.env, COLORTERM: 'truecolor' },
});
await screen.shows('worker');
screen.type('2');
screen.type('j');
await screen.shows(/job \d+ done/);
screen.type('m');
await screen.shows('CPU');
await screen.shows(/job 3\d done/);
await picture('main');

screen.type(':build -t web:2 examples/web');
screen.type(keys.enter);
await screen.shows('15/15 steps');
await picture('build');
screen.type(keys.escape);
await screen.when((text) => !text.includes('15/15 steps'));

screen.type('2');
screen.type('e');
await screen.shows(/\/ #/);
screen.type('ls /');
screen.type(keys.enter);
await screen.shows('usr');
await picture('shell');
await gantry('rm', '-f', 'web', 'worker', 'migrate');

async function picture(name: string): Promise<void> {
  await screen.emulator.settle();
  await writeFile(join(folder, `${name}.svg`), screenSvg(screen.emulator));
}

async function run(argv: readonly string[], ...words: readonly string[]): Promise<void> {
  const { mustRun } = await import('../test/support/run-program.ts');
  await mustRun([...argv, ...words], { env: gantry.env });
}
