import { nextPage } from './next-page.ts';

/** As one answer brings it; `link`: its header of that name. */
export interface Page<T> {
  readonly entries: readonly T[];
  readonly link: string | string[] | undefined;
}

export interface PagedList<T> {
  readonly first: string;
  /** How many entries are taken in all. */
  readonly most: number;
  readonly keyOf: (entry: T) => string;
  /** Undefined: there is no such list. */
  readonly read: (path: string) => Promise<Page<T> | undefined>;
  /** Told that the list goes on where it was left: it brought nothing new, or too much. */
  readonly onCut: (taken: number) => void;
}

/** At a hundred an answer, which is the least registries of any size give, these are more than `most` of any list. */
const mostPages = 1000;

/**
 * A list that a registry gives page by page (distribution-spec "Listing Tags"), each entry once. It ends with the page
 * that names no next one or is empty, and is left at one without anything new: what follows could go on for ever.
 */
export async function readPages<T>(list: PagedList<T>): Promise<readonly T[] | undefined> {
  const found = new Map<string, T>();
  let next: string | undefined = list.first;
  for (let pages = 1; next !== undefined; pages += 1) {
    const page: Page<T> | undefined = await list.read(next);
    if (page === undefined) return undefined;
    const before = found.size;
    for (const entry of page.entries) {
      if (found.size === list.most) break;
      const key = list.keyOf(entry);
      if (!found.has(key)) found.set(key, entry);
    }
    next = page.entries.length === 0 ? undefined : nextPage(page.link);
    const goesOn = found.size > before && found.size < list.most && pages < mostPages;
    if (next === undefined || goesOn) continue;
    list.onCut(found.size);
    break;
  }
  return [...found.values()];
}
