/**
 * The candidate nearest to a misspelt word, if any is near enough to be worth offering: at most one edit a three
 * letters (insertions, deletions, substitutions, neighbours swapped), letter case aside.
 */
export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
  const wanted = word.toLowerCase().slice(0, 64);
  const limit = Math.max(1, Math.floor(wanted.length / 3));
  return nearest(wanted, candidates, limit, (candidate) => candidate.toLowerCase());
}

/** The name nearest to a misspelt one as BuildKit's checks offer it: at most two edits, and letter case counts. */
export function nearestName(name: string, candidates: Iterable<string>): string {
  return nearest(name, candidates, 2, (candidate) => candidate) ?? '';
}

function nearest(
  wanted: string,
  candidates: Iterable<string>,
  limit: number,
  normal: (candidate: string) => string,
): string | undefined {
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - wanted.length) >= bestDistance) continue;
    const distance = editDistance(wanted, normal(candidate));
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Optimal string alignment distance. */
function editDistance(a: string, b: string): number {
  let older: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1];
      let cost = Math.min(
        (previous[column] as number) + 1,
        (current[column - 1] as number) + 1,
        (previous[column - 1] as number) + (same ? 0 : 1),
      );
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        cost = Math.min(cost, (older[column - 2] as number) + 1);
      }
      current.push(cost);
    }
    older = previous;
    previous = current;
  }
  return previous[b.length] as number;
}
