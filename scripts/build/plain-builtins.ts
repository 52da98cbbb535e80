/**
 * Takes the names of Node's own modules from the modules themselves. An `import` of one has Node make an ES module of
 * it first, which reads everything it exports: of `node:fs` the promises and streams too, thirty more files
 * (5 ms of every command). Given the code of one file; only the imports it begins with are looked at.
 */
export function plainBuiltins(code: string): string {
  const lines = code.split('\n');
  const end = lines.findIndex((line) => !line.startsWith('import '));
  return lines
    .map((line, at) => (at < end || end === -1 ? line.replace(builtinImport, taken) : line))
    .join('\n');
}

const builtinImport = /^import \{ ([^}]+) \} from "(node:[\w/]+)";$/;

function taken(_line: string, names: string, module: string): string {
  return `const { ${names.replaceAll(' as ', ': ')} } = process.getBuiltinModule("${module}");`;
}
