import { mkdir, readdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { build, type OutputFile, type Plugin } from 'esbuild';
import { entryPoints } from './build/entry-points.ts';

const home = dirname(import.meta.dirname);
const dist = join(home, 'dist');

/** Names what the last build wrote; as old as the sources it was made from, so `-newer` tells whether it is stale. */
const stamp = join(dist, 'outputs.json');

const started = new Date();
const { outputFiles } = await build({
  absWorkingDir: home,
  entryPoints: await entryPoints(home),
  outdir: dist,
  entryNames: '[dir]/[name]',
  chunkNames: '[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  jsx: 'automatic',
  minifySyntax: true,
  legalComments: 'none',
  // Prebuilt binaries; blessed, which loads its parts by computed names; the API, one copy for all plugins.
  external: ['koffi', 'node-pty', 'blessed', 'blessed-contrib', 'gantry/plugin'],
  define: { 'process.env.NODE_ENV': '"production"' },
  plugins: [empty('react-devtools-core')],
  logLevel: 'warning',
  write: false,
}).catch(() => process.exit(1)); // esbuild has said what is wrong, and where
const names = await writeAll(outputFiles);
await forgetOlder(names);
await writeFile(stamp, JSON.stringify(names));
await utimes(stamp, started, started);

/** Ink asks for its development tools by name; nobody who runs gantry has them. */
function empty(name: string): Plugin {
  return {
    name: `empty-${name}`,
    setup({ onResolve, onLoad }) {
      onResolve({ filter: new RegExp(`^${name}$`) }, () => ({ path: name, namespace: 'empty' }));
      onLoad({ filter: /.*/, namespace: 'empty' }, () => ({ contents: 'export default {}' }));
    },
  };
}

/** Each file appears whole or not at all: a gantry may start, or load a chunk, at this very moment. */
async function writeAll(files: readonly OutputFile[]): Promise<readonly string[]> {
  const entriesLast = files.toSorted((a, b) => Number(isEntry(a)) - Number(isEntry(b)));
  for (const file of entriesLast) {
    await mkdir(dirname(file.path), { recursive: true });
    const unfinished = `${file.path}.${process.pid}`;
    await writeFile(unfinished, withRequire(file.text));
    await rename(unfinished, file.path);
  }
  return entriesLast.map((file) => relative(dist, file.path));
}

/** CommonJS packages ask for `node:` modules by `require`, which esbuild's helper passes on where there is one. */
function withRequire(code: string): string {
  if (!/^var __require =/m.test(code)) return code;
  return `import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);\n${code}`;
}

function isEntry(file: OutputFile): boolean {
  return !/-[0-9A-Z]{8}\.js$/.test(basename(file.path));
}

/** Chunks of the build before stay: a gantry that runs since then may load one of them yet. */
async function forgetOlder(names: readonly string[]): Promise<void> {
  const before: readonly string[] = await readFile(stamp, 'utf8').then(JSON.parse, () => []);
  const known = new Set([...names, ...before]);
  for (const name of await readdir(dist)) {
    if (name.endsWith('.js') && !known.has(name)) await rm(join(dist, name), { force: true });
  }
}
