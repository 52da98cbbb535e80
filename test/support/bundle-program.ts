import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

const home = join(import.meta.dirname, '../..');

/** A program of the tests made runnable: Node reads no TSX. Returns its path, inside a folder for the caller to remove. */
export async function bundleProgram(
  source: string,
): Promise<{ readonly folder: string; readonly path: string }> {
  // Below node_modules, so that packages left outside are found from there.
  const folder = await mkdtemp(join(home, 'node_modules/.gantry-test-'));
  await build({
    absWorkingDir: home,
    entryPoints: { program: source },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    jsx: 'automatic',
    external: ['koffi', 'node-pty', 'blessed', 'blessed-contrib'],
    define: { 'process.env.NODE_ENV': '"production"' },
    banner: {
      js: "import { createRequire as requireOf } from 'node:module';\nconst require = requireOf(import.meta.url);",
    },
    plugins: [
      {
        name: 'without-devtools',
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /^react-devtools-core$/ }, ({ path }) => ({ path, namespace: 'none' }));
          onLoad({ filter: /.*/, namespace: 'none' }, () => ({ contents: 'export default {}' }));
        },
      },
    ],
    logLevel: 'error',
  });
  return { folder, path: join(folder, 'program.mjs') };
}
