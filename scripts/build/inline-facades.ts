import type { OutputChunk } from 'rolldown';

/**
 * Takes out the files that only pass names on: of a module that is loaded lazily but lies in a file with others, the
 * bundler makes `export { x as theModule } from "./others.js"`. An `import()` of that becomes an `import()` of the file
 * itself, with the names mapped: one file less to find, read and link.
 */
export function inlineFacades(chunks: readonly OutputChunk[]): readonly { fileName: string; code: string }[] {
  const facades = new Map<string, string>();
  for (const { fileName, code, isEntry } of chunks) {
    const [, names, target] = facade.exec(code) ?? [];
    if (isEntry || names === undefined || target === undefined) continue;
    const properties = names.split(',').map((pair) => {
      const [inner = '', outer = inner] = pair.trim().split(' as ');
      return `${outer}: m.${inner}`;
    });
    facades.set(fileName, `import("${target}").then((m) => ({ ${properties.join(', ')} }))`);
  }
  return chunks
    .filter(({ fileName }) => !facades.has(fileName))
    .map(({ fileName, code }) => ({
      fileName,
      code: code.replace(
        lazyImport,
        (whole, name: string) => (fileName.includes('/') ? undefined : facades.get(name)) ?? whole,
      ),
    }));
}

const facade = /^export \{ ([^}]+) \} from "(\.\/[^"]+)";\s*$/;
const lazyImport = /\bimport\("\.\/([^"]+)"\)/g;
