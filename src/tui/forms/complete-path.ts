import { readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** What a press of tab comes to: a longer text, or the names it could go on with. */
export type PathCompletion = { readonly text: string } | { readonly choices: readonly string[] };

/**
 * A path as far as it can only go on in one way, as a shell completes it, folders with a slash; the names to choose
 * from where there are several ways. Undefined where nothing can be added: a path that names something stands as it is.
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
): PathCompletion | undefined {
  const cut = text.lastIndexOf('/') + 1;
  const [typedFolder, typed] = [text.slice(0, cut), text.slice(cut)];
  // A folder with its slash is a whole answer to the question for a folder, and half of one to that for a file.
  if (typed === '~' || (typed === '' && (want === 'folder' || text === ''))) return undefined;
  const folder = resolve(cwd, home === undefined ? typedFolder : typedFolder.replace(/^~(?=\/)/, home));
  const names = namesIn(folder, want).filter((name) => name.startsWith(typed));
  const [first] = names;
  if (first === undefined || names.includes(typed)) return undefined;
  const shown = (name: string) => `${name}${leadsToFolder(join(folder, name)) ? '/' : ''}`;
  if (names.length === 1) return { text: `${typedFolder}${shown(first)}` };
  const shared = names.reduce(sharedStart, first);
  if (shared.length > typed.length) return { text: `${typedFolder}${shared}` };
  const visible = names.filter((name) => typed.startsWith('.') || !name.startsWith('.')).toSorted();
  return visible.length === 0 ? undefined : { choices: visible.slice(0, mostChoices).map(shown) };
}

/** More than fit below a form. */
const mostChoices = 100;

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
