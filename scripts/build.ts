import { mkdir, readdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type OutputChunk, type OutputOptions, type Plugin, rolldown } from 'rolldown';
import { programEntries, workerEntries } from './build/entry-points.ts';
import { inlineFacades } from './build/inline-facades.ts';
import { loadTogether } from './build/load-together.ts';

const home = dirname(import.meta.dirname);
const dist = join(home, 'dist');

/** Names what the last build wrote; as old as the sources it was made from, so `-newer` tells whether it is stale. */
const stamp = join(dist, 'outputs.json');

const started = new Date();
try {
  const names = await writeAll(inlineFacades(await bundleAll()));
  await forgetOlder(names);
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
  const program = bundle(await programEntries(home), { groups });
  const workers = Object.entries(await workerEntries(home)).map(([name, path]) =>
    bundle({ [name]: path }, false),
  );
  return (await Promise.all([program, ...workers])).flat();
}

async function bundle(
  input: Readonly<Record<string, string>>,
  codeSplitting: OutputOptions['codeSplitting'] & {},
): Promise<readonly OutputChunk[]> {
  await using build = await rolldown({
    cwd: home,
    input,
    platform: 'node',
    // Prebuilt binaries; blessed, which loads its parts by computed names; the API, one copy for all plugins.
    external: ['koffi', 'node-pty', 'blessed', /^blessed-contrib/, 'gantry/plugin'],
    transform: { target: 'node24', define: { 'process.env.NODE_ENV': '"production"' } },
    plugins: [empty('react-devtools-core')],
    // A group may have names of its own besides those of the entries in it.
    preserveEntrySignatures: 'allow-extension',
    checks: { ineffectiveDynamicImport: false },
  });
  const { output } = await build.generate({
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
    // Names stay as they are, for traces.
    minify: { compress: true, mangle: false, codegen: false },
    codeSplitting,
  });
  return output.filter((file) => file.type === 'chunk');
}

function isOneOf(seeds: readonly string[]): (id: string) => boolean {
  const ids = new Set(seeds.map((seed) => join(home, 'src', `${seed}.ts`)));
  return (id) => ids.has(id);
}

/** Ink asks for its development tools by name; nobody who runs gantry has them. */
function empty(name: string): Plugin {
  return {
    name: `empty-${name}`,
    resolveId: (id) => (id === name ? `\0${name}` : undefined),
    load: (id) => (id === `\0${name}` ? 'export default {}' : undefined),
  };
}

/** Each file appears whole or not at all: a gantry may start, or load a chunk, at this very moment. */
async function writeAll(files: readonly { fileName: string; code: string }[]): Promise<readonly string[]> {
  const entriesLast = files.toSorted((a, b) => Number(isEntry(a.fileName)) - Number(isEntry(b.fileName)));
  for (const { fileName, code } of entriesLast) {
    const path = join(dist, fileName);
    const unfinished = `${path}.${process.pid}`;
    await mkdir(dirname(path), { recursive: true });
    await writeFile(unfinished, code);
    await rename(unfinished, path);
  }
  return entriesLast.map((file) => file.fileName);
}

function isEntry(fileName: string): boolean {
  return !/-[\w-]{8}\.js$/.test(fileName);
}

/** Chunks of the build before stay: a gantry that runs since then may load one of them yet. */
async function forgetOlder(names: readonly string[]): Promise<void> {
  const before: readonly string[] = await readFile(stamp, 'utf8').then(JSON.parse, () => []);
  const known = new Set([...names, ...before]);
  for (const name of await readdir(dist)) {
    if (name.endsWith('.js') && !known.has(name)) await rm(join(dist, name), { force: true });
  }
}
