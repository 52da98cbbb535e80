/** `['a=1', 'b']` → `{ a: '1', b: '' }`; the last of a name wins. */
export function parsePairs(words: readonly string[]): Readonly<Record<string, string>> {
  const pairs: Record<string, string> = {};
  for (const word of words) {
    const at = word.indexOf('=');
    const key = at < 0 ? word : word.slice(0, at);
    if (key !== '')
      Object.defineProperty(pairs, key, {
        value: at < 0 ? '' : word.slice(at + 1),
        enumerable: true,
        configurable: true,
        writable: true,
      });
  }
  return pairs;
}
