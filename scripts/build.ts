import { glob, mkdir, readdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { OutputChunk } from 'rolldown';
import { bundle } from './build/bundle.ts';
import { compileAhead } from './build/compile-ahead.ts';
import { programEntries, workerEntries } from './build/entry-points.ts';
import { inlineFacades } from './build/inline-facades.ts';
import { loadTogether } from './build/load-together.ts';
import { plainBuiltins } from './build/plain-builtins.ts';

const home = dirname(import.meta.dirname);
const dist = join(home, 'dist');

/** Names what the last build wrote; as old as the sources it was made from, so `-newer` tells whether it is stale. */
const stamp = join(dist, 'outputs.json');

const started = new Date();
try {
  const names = await writeAll(inlineFacades(await bundleAll()));
  await forgetOlder(names);
  await compileAhead(
    await programNode(),
    join(dist, '.compiled'),
    names.filter((name) => !isEntry(name)).map((name) => join(dist, name)),
  ).catch((error: unknown) => console.warn(`not compiled ahead, so commands are slower: ${String(error)}`));
  await writeFile(stamp, JSON.stringify(names));
  await utimes(stamp, started, started);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

/** The program in parts that are loaded when they are used; a worker in one file, for a thread shares nothing with others. */
async function bundleAll(): Promise<readonly OutputChunk[]> {
  const groups = Object.entries(loadTogether).map(([name, seeds], index, all) => ({
    name,
    test: isOneOf(seeds),
    priority: all.length - index,
  }));
  const program = bundle(home, await programEntries(home), { groups });
  const workers = Object.entries(await workerEntries(home)).map(([name, path]) =>
    bundle(home, { [name]: path }, false),
  );
  return (await Promise.all([program, ...workers])).flat();
}

function isOneOf(seeds: readonly string[]): (id: string) => boolean {
  const ids = new Set(seeds.map((seed) => join(home, 'src', `${seed}.ts`)));
  return (id) => ids.has(id);
}

/** Each file appears whole or not at all: a gantry may start, or load a chunk, at this very moment. */
async function writeAll(files: readonly { fileName: string; code: string }[]): Promise<readonly string[]> {
  const entriesLast = files.toSorted((a, b) => Number(isEntry(a.fileName)) - Number(isEntry(b.fileName)));
  for (const { fileName, code } of entriesLast) {
    const path = join(dist, fileName);
    const unfinished = `${path}.${process.pid}`;
    await mkdir(dirname(path), { recursive: true });
    await writeFile(unfinished, plainBuiltins(code));
    await rename(unfinished, path);
  }
  return entriesLast.map((file) => file.fileName);
}

function isEntry(fileName: string): boolean {
  return !/-[\w-]{8}\.js$/.test(fileName);
}

/** The one that the launcher starts, and the options it gives it for V8, which takes no code compiled under others. */
async function programNode(): Promise<readonly [string, ...string[]]> {
  const launcher = await readFile(join(home, 'scripts/launch/gantry'), 'utf8');
  const options = launcher.match(/(?<=^exec .*)--[\w-]*-size=\d+/gm) ?? [];
  for await (const path of glob('node_modules/node-linux-*/bin/node', { cwd: home })) {
    return [join(home, path), ...options];
  }
  return [process.execPath, ...options];
}

/** Chunks of the build before stay: a gantry that runs since then may load one of them yet. */
async function forgetOlder(names: readonly string[]): Promise<void> {
  const before: readonly string[] = await readFile(stamp, 'utf8').then(JSON.parse, () => []);
  const known = new Set([...names, ...before]);
  for (const name of await readdir(dist)) {
    if (name.endsWith('.js') && !known.has(name)) await rm(join(dist, name), { force: true });
  }
}
