import { readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

/**
 * A path as far as it can only go on in one way, as a shell completes it, folders with a slash; undefined where nothing can be added. A last
 * part that names something already stands as it is.
 */
export function completePath(
  text: string,
  {
    cwd,
    home,
    want,
  }: {
    readonly cwd: string;
    readonly home: string | undefined;
    readonly want: 'folder' | 'file';
  },
): string | undefined {
  const cut = text.lastIndexOf('/') + 1;
  const [typedFolder, typed] = [text.slice(0, cut), text.slice(cut)];
  if (typed === '' || typed === '~') return undefined;
  const folder = resolve(cwd, home === undefined ? typedFolder : typedFolder.replace(/^~(?=\/)/, home));
  const names = namesIn(folder, want).filter((name) => name.startsWith(typed));
  const [first] = names;
  if (first === undefined || names.includes(typed)) return undefined;
  const shared = names.reduce(sharedStart, first);
  if (shared.length === typed.length) return undefined;
  const slash = names.length === 1 && leadsToFolder(join(folder, first)) ? '/' : '';
  return `${typedFolder}${shared}${slash}`;
}

function namesIn(folder: string, want: 'folder' | 'file'): readonly string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter(
        (entry) =>
          want === 'file' ||
          entry.isDirectory() ||
          (entry.isSymbolicLink() && leadsToFolder(join(folder, entry.name))),
      )
      .map(({ name }) => name);
  } catch {
    return [];
  }
}

function leadsToFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function sharedStart(a: string, b: string): string {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return a.slice(0, length);
}
