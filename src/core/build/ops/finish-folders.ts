import type { SelectedEntry } from '../tree/selection.ts';

/** Told of the entries of one source in their order, before each is copied, and of their end. */
export interface FolderFinisher {
  before(entry: SelectedEntry): void;
  end(): void;
}

/** Fewer are read as fast afterwards. */
const worthwhileEntries = 500;

/**
 * Finishes the folders of a copied one as soon as all that goes straight into them is there. Undefined where that is
 * known of none: a file gets another name later, or there is little to copy.
 */
export function folderFinisher(
  below: readonly SelectedEntry[],
  target: string,
  finish: (paths: readonly string[]) => void,
): FolderFinisher | undefined {
  if (below.length < worthwhileEntries) return undefined;
  if (below.some(({ stats }) => stats.nlink > 1 && !stats.isDirectory())) return undefined;
  const filled = new Set(below.map(({ relative }) => parentOf(relative)));
  const inTarget = (relative: string): string => [target, relative].filter((part) => part !== '').join('/');
  let current: string | undefined;
  let empty: string[] = [];
  const end = (): void => {
    if (current === undefined) return;
    const done = [inTarget(current), ...empty];
    if (current === '') {
      for (let path = target; path !== ''; ) {
        path = parentOf(path);
        done.push(path);
      }
    }
    finish(done);
    empty = [];
  };
  return {
    before({ relative, stats }) {
      const parent = parentOf(relative);
      if (parent !== current) end();
      current = parent;
      if (stats.isDirectory() && !filled.has(relative)) empty.push(inTarget(relative));
    },
    end,
  };
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
