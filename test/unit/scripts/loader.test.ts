import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { compileAhead } from '../../../scripts/build/compile-ahead.ts';
import { importedEntry, startingEntry } from '../../../scripts/build/entry-file.ts';
import { programFile } from '../../../scripts/build/program-file.ts';

const loader = readFileSync(join(import.meta.dirname, '../../../scripts/build/loader.js'), 'utf8');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gantry-loader-'));
  write('package.json', '{"type":"commonjs"}');
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a program runs from its entry, and loads each of its files once, at once or later', () => {
  write('base-1.js', programFile('exports.count = (globalThis.loads = (globalThis.loads ?? 0) + 1);'));
  write('part-1.js', programFile('exports.base = require("./base-1.js");'));
  const lazily = 'Promise.resolve().then(() => require("./part-1.js"))';
  write(
    'main-1.js',
    programFile(
      `const base = require("./base-1.js"); ${lazily}.then((part) => console.log(part.base === base, base.count));`,
    ),
  );
  write('main.js', startingEntry(loader, 'main.js', 'main-1.js'));
  expect(run('main.js')).toBe('true 1\n');
});

test('what a module waits for is there when it has been loaded later', () => {
  const wait =
    'globalThis[Symbol.for("gantry.waits")].push(new Promise(setImmediate).then(() => { exports.made = 1; }));';
  write('slow-1.js', programFile(wait));
  const lazily = 'Promise.resolve().then(() => require("./slow-1.js"))';
  write('main-1.js', programFile(`${lazily}.then((slow) => console.log(slow.made));`));
  write('main.js', startingEntry(loader, 'main.js', 'main-1.js'));
  expect(run('main.js')).toBe('1\n');
});

test('an entry that the running program imports shares its files, under names an ES module may import', () => {
  write('base-1.js', programFile('exports.shared = {};'));
  write('api-1.js', programFile('exports.shared = require("./base-1.js").shared;'));
  write('parts/api.js', importedEntry('parts/api.js', 'api-1.js', ['shared']));
  write('user.mjs', `export { shared } from ${JSON.stringify(join(folder, 'parts/api.js'))};`);
  const code = `import(${JSON.stringify(join(folder, 'user.mjs'))})
    .then((user) => console.log(user.shared === require("./base-1.js").shared));`;
  write('main-1.js', programFile(code));
  write('main.js', startingEntry(loader, 'main.js', 'main-1.js'));
  expect(run('main.js')).toBe('true\n');
});

test('an entry below the folder finds its files, and a file is told the place of the entry', () => {
  write('job-1.js', programFile('console.log(__filename);'));
  write('workers/job.js', startingEntry(loader, 'workers/job.js', 'job-1.js'));
  expect(run('workers/job.js')).toBe(`${join(folder, 'workers/job.js')}\n`);
});

test('code that was compiled ahead is taken, the functions that were never called among it, unless its source changed', async () => {
  const functions = Array.from(
    { length: 200 },
    (_, at) => `exports.f${at} = (a) => [a * ${at}, a + ${at}, a - ${at}, a / ${at}].map((b) => b % ${at});`,
  );
  const file = write('main-1.js', programFile(functions.join('\n')));
  const taken = `${loader.replace('FOLDER', '__dirname')}
    const file = join(folder, 'main-1.js');
    const source = readFileSync(file, 'utf8');
    const cachedData = compiledAhead(file);
    const { cachedDataRejected } = new Script(source, { cachedData });
    console.log(cachedDataRejected, cachedData.length > 2 * new Script(source + ' ').createCachedData().length);`;
  write('main.js', taken);
  await compileAhead([process.execPath], [file]);
  expect(run('main.js')).toBe('false true\n');
  writeFileSync(file, programFile([...functions, 'exports.more = 1;'].join('\n')));
  expect(run('main.js')).toMatch(/^true /);
});

function write(path: string, text: string): string {
  const at = join(folder, path);
  mkdirSync(dirname(at), { recursive: true });
  writeFileSync(at, text);
  return at;
}

function run(path: string): string {
  return execFileSync(process.execPath, [join(folder, path)], {
    encoding: 'utf8',
    env: { ...process.env, FORCE_COLOR: '0' },
  });
}
