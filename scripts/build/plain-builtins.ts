/**
 * Takes the names of Node's own modules from the modules themselves. An `import` of one has Node make an ES module of
 * it first, which reads everything it exports: of `node:fs` the promises and streams too, thirty more files
 * (5 ms of every command). Of modules that export functions, and load a lot themselves, a function is taken when it is
 * first called. Given the code of one file; only the imports it begins with are looked at.
 */
export function plainBuiltins(code: string): string {
  const lines = code.split('\n');
  const end = lines.findIndex((line) => !line.startsWith('import '));
  return lines
    .map((line, at) => (at < end || end === -1 ? line.replace(builtinImport, taken) : line))
    .join('\n');
}

const builtinImport = /^import \{ ([^}]+) \} from "(node:[\w/]+)";$/;

/** What is imported of them is called, and nothing else. */
const loadedWhenCalled: readonly string[] = ['node:fs/promises', 'node:timers/promises', 'node:module'];

function taken(_line: string, names: string, module: string): string {
  const from = `process.getBuiltinModule("${module}")`;
  if (!loadedWhenCalled.includes(module)) return `const { ${names.replaceAll(' as ', ': ')} } = ${from};`;
  return names
    .split(', ')
    .map((pair) => pair.split(' as '))
    .map(([name, own = name]) => `const ${own} = (...given) => ${from}.${name}(...given);`)
    .join(' ');
}
