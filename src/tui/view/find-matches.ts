/** Where a search text occurs in a line. A text with a capital letter minds the case. */
export function findMatches(
  line: string,
  search: string,
): readonly { readonly from: number; readonly to: number }[] {
  if (search === '') return [];
  const exact = search !== search.toLowerCase();
  const haystack = exact ? line : line.toLowerCase();
  // Lower case may be longer than the original in a few scripts: then offsets would lie.
  if (haystack.length !== line.length) return [];
  const found: { from: number; to: number }[] = [];
  for (let at = haystack.indexOf(search); at >= 0; at = haystack.indexOf(search, at + search.length)) {
    found.push({ from: at, to: at + search.length });
  }
  return found;
}
