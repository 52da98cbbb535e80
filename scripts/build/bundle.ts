import { type OutputChunk, type OutputOptions, type Plugin, rolldown } from 'rolldown';

/**
 * What the sources at `input` (output name → path from `home`) and all they import become: ES modules for the Node we
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

/** Ink asks for its development tools by name; nobody who runs gantry has them. */
function empty(name: string): Plugin {
  return {
    name: `empty-${name}`,
    resolveId: (id) => (id === name ? `\0${name}` : undefined),
    load: (id) => (id === `\0${name}` ? 'export default {}' : undefined),
  };
}
