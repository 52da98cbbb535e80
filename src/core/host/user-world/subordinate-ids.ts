import { readFileSync } from 'node:fs';

/** IDs the administrator lends to a user: `count` from `start` on (subuid(5)). */
export interface SubordinateRange {
  readonly start: number;
  readonly count: number;
}

/** What /etc/subuid or /etc/subgid lends to that user, by name or number. */
export function subordinateIds(
  file: '/etc/subuid' | '/etc/subgid',
  user: { readonly name: string | undefined; readonly uid: number },
): readonly SubordinateRange[] {
  return parseSubordinateIds(readText(file), user);
}

/** The first ID nobody has been lent in either file, from where useradd(8) begins. */
export function freeSubordinateStart(
  texts: readonly string[] = ['/etc/subuid', '/etc/subgid'].map(readText),
): number {
  const ends = texts
    .flatMap((text) => [...text.matchAll(/^[^:#\n]+:(\d+):(\d+)\s*$/gm)])
    .map(([, start, count]) => Number(start) + Number(count));
  return Math.max(100_000, ...ends);
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

export function parseSubordinateIds(
  text: string,
  { name, uid }: { readonly name: string | undefined; readonly uid: number },
): readonly SubordinateRange[] {
  return text.split('\n').flatMap((line): readonly SubordinateRange[] => {
    const [, owner, start, count] = /^([^:#]+):(\d+):(\d+)\s*$/.exec(line) ?? [];
    if (owner === undefined || (owner !== name && owner !== String(uid))) return [];
    const range = { start: Number(start), count: Number(count) };
    return range.count > 0 && range.start > 0 && range.start + range.count <= 4_294_967_295 ? [range] : [];
  });
}

/** Arguments of newuidmap(1) and newgidmap(1) after the process: ourselves as root, then what is lent, from 1 on. */
export function idMapArguments(own: number, lent: readonly SubordinateRange[]): readonly string[] {
  let inside = 1;
  const words = ['0', String(own), '1'];
  for (const { start, count } of lent) {
    words.push(String(inside), String(start), String(count));
    inside += count;
  }
  return words;
}
