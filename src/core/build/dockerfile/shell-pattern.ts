/**
 * Shell patterns of `${x#p}`, `${x%p}` and `${x/p/r}`: `*`, `?`, backslash escapes, all else literal. Matched by
 * following all alternatives at once, so hostile patterns cost no more than text × pattern.
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

/** `${value#pattern}`, or `##` when greedy. */
export function trimPrefix(value: string, pattern: ShellPattern, greedy: boolean): string {
  const chars = Array.from(value);
  const length = matchLength(chars, 0, pattern, greedy);
  return length === undefined ? value : chars.slice(length).join('');
}

/** `${value%pattern}`, or `%%` when greedy. */
export function trimSuffix(value: string, pattern: ShellPattern, greedy: boolean): string {
  const chars = Array.from(value);
  const length = matchLength(chars.toReversed(), 0, pattern.toReversed(), greedy);
  return length === undefined ? value : chars.slice(0, chars.length - length).join('');
}

/** `${value/pattern/replacement}`, or `//` for all. The longest match from the left is replaced. */
export function replacePattern(
  value: string,
  pattern: ShellPattern,
  replacement: string,
  all: boolean,
): string {
  const chars = Array.from(value);
  let result = '';
  for (let at = 0; at <= chars.length; ) {
    const length = matchLength(chars, at, pattern, true);
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

/** How many of `chars` from `start` on the whole pattern matches: the most when greedy, else the fewest. */
function matchLength(
  chars: readonly string[],
  start: number,
  pattern: ShellPattern,
  greedy: boolean,
): number | undefined {
  let states = closure([0], pattern);
  let best: number | undefined;
  for (let at = start; ; at += 1) {
    if (states.includes(pattern.length)) {
      best = at - start;
      if (!greedy) return best;
    }
    if (at >= chars.length || states.length === 0) return best;
    states = step(states, chars[at] as string, pattern);
  }
}

function step(states: readonly number[], char: string, pattern: ShellPattern): number[] {
  const next: number[] = [];
  for (const state of states) {
    const token = pattern[state];
    if (token === undefined) continue;
    if (token.kind === 'many') next.push(state);
    else if (token.kind === 'one' || token.char === char) next.push(state + 1);
  }
  return closure(next, pattern);
}

/** `*` also matches nothing: whoever stands before it stands behind it too. Keeps states sorted and unique. */
function closure(states: readonly number[], pattern: ShellPattern): number[] {
  const all = new Set<number>();
  for (const state of states) {
    for (let at = state; !all.has(at); at += 1) {
      all.add(at);
      if (pattern[at]?.kind !== 'many') break;
    }
  }
  return [...all];
}
