/**
 * Shell patterns of `${x#p}`, `${x%p}` and `${x/p/r}`: `*`, `?`, backslash escapes, all else literal. Matched by
 * following all alternatives at once, so hostile patterns cost no more than text × pattern / 32, and that has a limit.
 */
export type ShellPattern = readonly PatternToken[];

type PatternToken =
  | { readonly kind: 'literal'; readonly char: string }
  | { readonly kind: 'one' }
  | { readonly kind: 'many' };

/**
 * Backslash makes `*`, `?` and itself literal, and is dropped before `/` and `}`, which end a substitution; before
 * anything else it is a mistake, and the answer is undefined.
 */
export function parseShellPattern(text: string): ShellPattern | undefined {
  const tokens: PatternToken[] = [];
  const chars = Array.from(text);
  for (let at = 0; at < chars.length; at += 1) {
    const char = chars[at] as string;
    if (char === '*') {
      if (tokens.at(-1)?.kind !== 'many') tokens.push({ kind: 'many' });
    } else if (char === '?') {
      tokens.push({ kind: 'one' });
    } else if (char === '\\') {
      at += 1;
      const escaped = chars[at];
      if (escaped === undefined || !'*?\\/}'.includes(escaped)) return undefined;
      tokens.push({ kind: 'literal', char: escaped });
    } else {
      tokens.push({ kind: 'literal', char });
    }
  }
  return tokens;
}

/** `${value#pattern}`, or `##` when greedy. Undefined: it takes too long to find out. */
export function trimPrefix(value: string, pattern: ShellPattern, greedy: boolean): string | undefined {
  const chars = Array.from(value);
  const matcher = new Matcher(pattern);
  const length = matcher.match(chars, 0, greedy);
  if (matcher.isExhausted) return undefined;
  return length === undefined ? value : chars.slice(length).join('');
}

/** `${value%pattern}`, or `%%` when greedy. Undefined: it takes too long to find out. */
export function trimSuffix(value: string, pattern: ShellPattern, greedy: boolean): string | undefined {
  const chars = Array.from(value);
  const matcher = new Matcher(pattern.toReversed());
  const length = matcher.match(chars.toReversed(), 0, greedy);
  if (matcher.isExhausted) return undefined;
  return length === undefined ? value : chars.slice(0, chars.length - length).join('');
}

/**
 * `${value/pattern/replacement}`, or `//` for all. The longest match from the left is replaced. Undefined: it takes too
 * long to find out.
 */
export function replacePattern(
  value: string,
  pattern: ShellPattern,
  replacement: string,
  all: boolean,
): string | undefined {
  const chars = Array.from(value);
  const matcher = new Matcher(pattern);
  let result = '';
  for (let at = 0; at <= chars.length; ) {
    const length = matcher.match(chars, at, true);
    if (matcher.isExhausted) return undefined;
    if (length === undefined) {
      result += chars[at] ?? '';
      at += 1;
      continue;
    }
    result += replacement;
    if (!all) return result + chars.slice(at + length).join('');
    if (length === 0) result += chars[at] ?? '';
    at += Math.max(1, length);
    if (length > 0 && at === chars.length) break;
  }
  return result;
}

/** Machine words a substitution may cost: some hundredths of a second. */
const stepLimit = 20_000_000;

/**
 * Follows all ways through a pattern at once, each a bit: bit n is set when the first n tokens match what was read.
 * Stars never stand side by side.
 */
class Matcher {
  readonly #size: number;
  readonly #words: number;
  /** Tokens that take a given character, any character, and any number of them. */
  readonly #literals = new Map<string, Uint32Array>();
  readonly #any: Uint32Array;
  readonly #stars: Uint32Array;
  #steps = 0;

  constructor(pattern: ShellPattern) {
    this.#size = pattern.length;
    this.#words = (pattern.length >>> 5) + 1;
    this.#any = new Uint32Array(this.#words);
    this.#stars = new Uint32Array(this.#words);
    for (const [index, token] of pattern.entries()) {
      const set =
        token.kind === 'many' ? this.#stars : token.kind === 'one' ? this.#any : this.#literal(token.char);
      setBit(set, index);
    }
  }

  /** A match was given up: what was answered means nothing. */
  get isExhausted(): boolean {
    return this.#steps > stepLimit;
  }

  /** How many of `chars` from `start` on the whole pattern matches: the most when greedy, else the fewest. */
  match(chars: readonly string[], start: number, greedy: boolean): number | undefined {
    let states: Uint32Array = new Uint32Array(this.#words);
    let next: Uint32Array = new Uint32Array(this.#words);
    setBit(states, 0);
    this.#passStars(states);
    let best: number | undefined;
    for (let at = start; !this.isExhausted; at += 1) {
      if (hasBit(states, this.#size)) {
        best = at - start;
        if (!greedy) return best;
      }
      if (at >= chars.length || !this.#advance(states, next, chars[at] as string)) return best;
      [states, next] = [next, states];
    }
    return undefined;
  }

  /** False when no way goes on. */
  #advance(from: Uint32Array, to: Uint32Array, char: string): boolean {
    const literal = this.#literals.get(char);
    this.#steps += this.#words;
    let carry = 0;
    let alive = 0;
    for (let word = 0; word < this.#words; word += 1) {
      const states = from[word] as number;
      const taken = states & ((literal?.[word] ?? 0) | (this.#any[word] as number));
      const staying = states & (this.#stars[word] as number);
      to[word] = (taken << 1) | carry | staying;
      carry = taken >>> 31;
      alive |= to[word] as number;
    }
    this.#passStars(to);
    return alive !== 0;
  }

  /** A star also matches nothing: who stands before it stands behind it too. */
  #passStars(states: Uint32Array): void {
    let carry = 0;
    for (let word = 0; word < this.#words; word += 1) {
      const passing = (states[word] as number) & (this.#stars[word] as number);
      states[word] = (states[word] as number) | (passing << 1) | carry;
      carry = passing >>> 31;
    }
  }

  #literal(char: string): Uint32Array {
    const known = this.#literals.get(char) ?? new Uint32Array(this.#words);
    this.#literals.set(char, known);
    return known;
  }
}

function setBit(bits: Uint32Array, index: number): void {
  bits[index >>> 5] = (bits[index >>> 5] as number) | (1 << (index & 31));
}

function hasBit(bits: Uint32Array, index: number): boolean {
  return ((bits[index >>> 5] as number) & (1 << (index & 31))) !== 0;
}
