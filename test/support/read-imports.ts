import { glob, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** One import statement, `export … from` or `import()` of a file. */
export interface Import {
  /** Path of the importing file, from the root of the checkout. */
  readonly from: string;
  /** A file of the checkout as such a path, or the name of a package (`ink`, `node:fs`, `@xterm/headless`). */
  readonly to: string;
  /** Gone once types are stripped. */
  readonly typeOnly: boolean;
  /** By `import()`: loaded when it is reached, not before. */
  readonly lazy: boolean;
}

/** Every import of the files that match, found by its text: this needs no parser, only statements written as usual. */
export async function readImports(
  root: string,
  pattern: string,
): Promise<ReadonlyMap<string, readonly Import[]>> {
  const found = new Map<string, readonly Import[]>();
  for await (const from of glob(pattern, { cwd: root })) {
    found.set(from, importsOf(from, await readFile(join(root, from), 'utf8')));
  }
  return found;
}

export function importsOf(from: string, text: string): readonly Import[] {
  const code = text.replace(comments, '');
  return [...code.matchAll(statements)].map(({ groups }) => ({
    from,
    to: target(from, groups?.['eager'] ?? groups?.['bare'] ?? groups?.['lazy'] ?? ''),
    typeOnly: groups?.['type'] !== undefined,
    lazy: groups?.['lazy'] !== undefined,
  }));
}

function target(from: string, specifier: string): string {
  return specifier.startsWith('.') ? join(dirname(from), specifier) : packageName(specifier);
}

/** `lodash/fp` is of lodash; `node:fs/promises` stays itself. */
function packageName(specifier: string): string {
  if (specifier.startsWith('node:')) return specifier;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

const comments = /\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*/gm;
const statements = new RegExp(
  [
    String.raw`^\s*(?:import|export)\s+(?<type>type\s)?[^;'"]*?\sfrom\s*['"](?<eager>[^'"]+)['"]`,
    String.raw`^\s*import\s*['"](?<bare>[^'"]+)['"]`,
    String.raw`\bimport\(\s*['"](?<lazy>[^'"]+)['"]`,
  ].join('|'),
  'gm',
);
