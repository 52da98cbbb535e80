import { type OutputChunk, type OutputOptions, type Plugin, rolldown } from 'rolldown';

/**
 * What the sources at `input` (output name → path from `home`) and all they import become: CommonJS for the Node we
 * bring, in files split as `codeSplitting` says, in memory. Rejects with the bundler's words where they do not compile.
 */
export async function bundle(
  home: string,
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
    plugins: [withoutAwait],
    // A group may have names of its own besides those of the entries in it.
    preserveEntrySignatures: 'allow-extension',
    checks: { ineffectiveDynamicImport: false },
  });
  const { output } = await build.generate({
    format: 'cjs',
    entryFileNames: '[name]-[hash].js',
    chunkFileNames: '[name]-[hash].js',
    // Names and lines stay as they are, for traces. Nothing but ASCII, for V8 needs half as much for it.
    minify: { compress: true, mangle: false, codegen: { removeWhitespace: false, asciiOnly: true } },
    comments: false,
    codeSplitting,
  });
  return output.filter((file) => file.type === 'chunk');
}

/** CommonJS knows nothing of modules that wait while they are evaluated. */
const withoutAwait: Plugin = {
  name: 'without-await',
  transform(code, id) {
    const replacements = Object.entries(awaits).find(([path]) => id.endsWith(path))?.[1];
    if (replacements === undefined) return undefined;
    return replacements.reduce((text, [from, to]) => {
      if (!text.includes(from)) throw new Error(`${id} is not as the build knows it: no ${from}`);
      return text.replace(from, to);
    }, code);
  },
};

/** Path of a module → what stands there, and what takes its place. */
const awaits: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  // Ink's layout is of use once its binary is made: the loader (`loader.js`) waits.
  '/yoga-layout/dist/src/index.js': [
    [
      'const Yoga = wrapAssembly(await loadYoga());',
      `import constants from './generated/YGEnums.js';
const Yoga = { ...constants };
globalThis[Symbol.for('gantry.waits')].push(loadYoga().then((made) => Object.assign(Yoga, wrapAssembly(made))));`,
    ],
  ],
  // For those who develop Ink.
  '/ink/build/reconciler.js': [
    ["import.meta.resolve('react-devtools-core');", ''],
    ["await import('./devtools.js');", ''],
    ['await loadPackageJson()', '{}'],
  ],
};
