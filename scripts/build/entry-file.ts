import { relative } from 'node:path/posix';

/** Where the loader keeps its files, as seen by an entry at `path` below it. */
const folderOf = (path: string): string => relative(`/${path}/..`, '/') || '.';

/** A file that Node starts from: the loader, and the first file it loads. `main.js` loads nothing when it is asked for. */
export function startingEntry(loader: string, path: string, first: string): string {
  const folder = folderOf(path);
  const own = loader.replace('FOLDER', folder === '.' ? '__dirname' : `join(__dirname, "${folder}")`);
  return `${own}\nif (require.main === module) load("${first}");\n`;
}

/** A file that the running program imports: what one of its own files exports, under names that Node finds in the text. */
export function importedEntry(path: string, first: string, names: readonly string[]): string {
  const taken = names.map((name) => `exports.${name} = from.${name};`);
  return [
    `'use strict';\nconst from = require("${folderOf(path)}/main.js").load("${first}");`,
    ...taken,
    '',
  ].join('\n');
}
