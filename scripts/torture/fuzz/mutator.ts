/** Numbers from 0 to below `limit`, the same for the same seed (xorshift32). */
export function numbers(seed: number): (limit: number) => number {
  let state = (seed * 2_654_435_761) >>> 0 || 1;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}

/** Longer texts say no more, and take the time of shorter ones. */
const longest = 20_000;
const mostChanges = 8;

/** Texts made of `samples` by some changes at random each: pieces lost, doubled, moved, and `words` put in. */
export function* mutations(
  samples: readonly string[],
  words: readonly string[],
  seed: number,
): Generator<string, never> {
  const below = numbers(seed);
  const oneOf = (list: readonly string[]): string => list[below(list.length)] ?? '';
  for (;;) {
    let text = oneOf(samples);
    for (let changes = 1 + below(mostChanges); changes > 0; changes -= 1) {
      const from = below(text.length + 1);
      const to = Math.min(text.length, from + below(2 ** below(8)));
      const [before, piece, after] = [text.slice(0, from), text.slice(from, to), text.slice(to)];
      text = [
        () => before + after,
        () => before + piece.repeat(2 + below(40)) + after,
        () => after + piece + before,
        () => before + oneOf(words) + after,
        () => before + oneOf(words) + piece + oneOf(words) + after,
        () => before + String.fromCodePoint(below(0xd800)) + after,
        () => before + String.fromCharCode(below(128)).repeat(1 + below(3)) + after,
        () => before + oneOf(samples).slice(below(200)) + after,
      ][below(8)]!();
    }
    yield text.slice(0, longest);
  }
}
