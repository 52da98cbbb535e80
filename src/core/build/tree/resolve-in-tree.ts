import { GantryError } from '../../../base/gantry-error.ts';
import { partsInRoot } from '../glob/clean-path.ts';
import type { FileTree } from './file-tree.ts';
import { entryLink } from './open-entry.ts';

/** As Linux. */
const linkLimit = 40;

/**
 * Where a path leads when the tree's root is `/`: symbolic links are followed, absolute ones and `..` cannot leave.
 * What does not exist is taken as it is written. The result is clean and has no links in it but, with
 * `followLast: false`, its last part. Throws `invalid` / `too-many-links`.
 */
export function resolveInTree(
  tree: FileTree,
  path: string,
  options?: { readonly followLast?: boolean },
): string {
  const waiting = [...partsInRoot(path)];
  const resolved: string[] = [];
  let links = 0;
  while (waiting.length > 0) {
    const part = waiting.shift() as string;
    if (part === '' || part === '.') continue;
    if (part === '..') {
      resolved.pop();
      continue;
    }
    const here = [...resolved, part].join('/');
    const isLast = waiting.length === 0;
    const entry = isLast && options?.followLast === false ? undefined : tree.lookup(here);
    if (entry?.stats.isSymbolicLink() !== true) {
      resolved.push(part);
      continue;
    }
    links += 1;
    if (links > linkLimit) {
      throw new GantryError({
        kind: 'invalid',
        code: 'too-many-links',
        message: `too many levels of symbolic links: ${path}`,
        details: { path },
      });
    }
    const target = entryLink(entry);
    if (target.startsWith('/')) resolved.length = 0;
    waiting.unshift(...target.split('/'));
  }
  return resolved.join('/');
}
