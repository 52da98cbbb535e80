import { glob, mkdir, readdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { OutputChunk } from 'rolldown';
import { bundle } from './build/bundle.ts';
import { compileAhead } from './build/compile-ahead.ts';
import { importedEntry, startingEntry } from './build/entry-file.ts';
import { programEntries, workerEntries } from './build/entry-points.ts';
import { loadTogether } from './build/load-together.ts';
import { programFile } from './build/program-file.ts';

const home = dirname(import.meta.dirname);
const dist = join(home, 'dist');

/** Names what the last build wrote; as old as the sources it was made from, so `-newer` tells whether it is stale. */
const stamp = join(dist, 'outputs.json');

const started = new Date();
try {
  const { chunks, entries } = await bundleAll();
  await mkdir(dist, { recursive: true });
  for (const { fileName, code } of chunks) await write(fileName, programFile(code));
  await compileAhead(
    await programNode(),
    chunks.map(({ fileName }) => join(dist, fileName)),
  ).catch((error: unknown) => console.warn(`not compiled ahead, so commands are slower: ${String(error)}`));
  await write('package.json', '{"type":"commonjs"}');
  for (const [path, code] of entries) await write(path, code);
  const names = [...chunks.map(({ fileName }) => fileName), ...entries.keys()];
  await forgetOlder(names);
  await writeFile(stamp, JSON.stringify(names));
  await utimes(stamp, started, started);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

interface Built {
  readonly chunks: readonly OutputChunk[];
  /** Path below `dist` → text. */
  readonly entries: ReadonlyMap<string, string>;
}

/** The program in parts that are loaded when they are used; a worker in one file, for a thread shares nothing with others. */
async function bundleAll(): Promise<Built> {
  const loader = await readFile(join(home, 'scripts/build/loader.js'), 'utf8');
  const groups = Object.entries(loadTogether).map(([name, seeds], index, all) => ({
    name,
    test: isOneOf(seeds),
    priority: all.length - index,
  }));
  const [program, workers] = await Promise.all([programEntries(home), workerEntries(home)]);
  const chunks = await Promise.all([
    bundle(home, flatNames(program), { groups }),
    ...Object.entries(workers).map((worker) => bundle(home, flatNames(Object.fromEntries([worker])), false)),
  ]);
  const entries = new Map<string, string>();
  for (const chunk of chunks.flat().filter((each) => each.isEntry)) {
    const path = [...Object.keys(program), ...Object.keys(workers)].find(
      (name) => flatName(name) === chunk.name,
    );
    if (path === undefined) continue;
    const starts = path === 'main' || path in workers;
    entries.set(
      `${path}.js`,
      starts
        ? startingEntry(loader, path, chunk.fileName)
        : importedEntry(path, chunk.fileName, chunk.exports),
    );
  }
  return { chunks: chunks.flat(), entries };
}

/** All files of the program lie in one folder. */
function flatNames(entries: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(entries).map(([name, source]) => [flatName(name), source]));
}

function flatName(name: string): string {
  return name.replaceAll('/', '-');
}

function isOneOf(seeds: readonly string[]): (id: string) => boolean {
  const ids = new Set(seeds.map((seed) => join(home, 'src', `${seed}.ts`)));
  return (id) => ids.has(id);
}

/** Each file appears whole or not at all: a gantry may start, or load a chunk, at this very moment. */
async function write(fileName: string, text: string): Promise<void> {
  const path = join(dist, fileName);
  const unfinished = `${path}.${process.pid}`;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(unfinished, text);
  await rename(unfinished, path);
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
    const source = name.replace(/\.compiled$/, '');
    if (source.endsWith('.js') && !known.has(source)) await rm(join(dist, name), { force: true });
  }
}
