/**
 * File name patterns, compiled: Go's `filepath.Match` and moby's `**` on top. Matching follows all alternatives at
 * once, so that no pattern, however it was meant, costs more than its length times the text's.
 */
export interface Glob {
  matches(text: string): boolean;
}

export type GlobToken =
  | { readonly kind: 'literal'; readonly char: string }
  /** `?`: one character but `/`. */
  | { readonly kind: 'one' }
  /** `[…]`. */
  | {
      readonly kind: 'class';
      readonly negated: boolean;
      readonly ranges: readonly (readonly [string, string])[];
    }
  /** `*`: any run without `/`. */
  | { readonly kind: 'run' }
  /** `**` at the end: anything. */
  | { readonly kind: 'rest' }
  /** `**` before more: nothing, or anything that ends with `/`. */
  | { readonly kind: 'folders' };

/** Go's own pattern language (path/filepath, `Match`). Undefined: syntax error. */
export function parseGoPattern(pattern: string): readonly GlobToken[] | undefined {
  return parseTokens(pattern, false);
}

/** Moby's (patternmatcher): the same with `**`. Undefined: syntax error. */
export function parseMobyPattern(pattern: string): readonly GlobToken[] | undefined {
  return parseTokens(pattern, true);
}

export function compileGlob(tokens: readonly GlobToken[]): Glob {
  const head = literalRun(tokens).join('');
  if (tokens.every(({ kind }) => kind === 'literal')) return { matches: (text) => text === head };
  const tail = literalRun(tokens.toReversed()).toReversed().join('');
  const steps = tokens.flatMap(toSteps);
  return {
    // Most texts fail here: the automaton is for the few that are left.
    matches: (text) => text.startsWith(head) && text.endsWith(tail) && run(steps, text),
  };
}

function parseTokens(text: string, deep: boolean): readonly GlobToken[] | undefined {
  const pattern = Array.from(text);
  const tokens: GlobToken[] = [];
  for (let at = 0; at < pattern.length; at += 1) {
    const char = pattern[at] as string;
    if (char === '*') {
      if (deep && pattern[at + 1] === '*') {
        at += 1;
        if (pattern[at + 1] === '/') at += 1;
        tokens.push({ kind: at + 1 >= pattern.length ? 'rest' : 'folders' });
      } else {
        tokens.push({ kind: 'run' });
      }
    } else if (char === '?') {
      tokens.push({ kind: 'one' });
    } else if (char === '[') {
      const parsed = parseClass(pattern, at + 1);
      if (parsed === undefined) return undefined;
      tokens.push(parsed.token);
      at = parsed.end;
    } else if (char === '\\') {
      at += 1;
      if (at >= pattern.length) return undefined;
      const char = pattern[at] as string;
      tokens.push({ kind: 'literal', char: (deep && mobyEscapes[char]) || char });
    } else {
      tokens.push({ kind: 'literal', char });
    }
  }
  return tokens;
}

/** Moby makes a regular expression of a pattern, and there these are control characters (regexp/syntax). */
const mobyEscapes: Readonly<Record<string, string>> = {
  a: '\x07',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** `start` is behind the opening bracket, `end` is the closing one. */
function parseClass(
  pattern: readonly string[],
  start: number,
): { token: GlobToken; end: number } | undefined {
  let at = start;
  const negated = pattern[at] === '^';
  if (negated) at += 1;
  const ranges: [string, string][] = [];
  const one = (): string | undefined => {
    if (pattern[at] === '\\') at += 1;
    const char = pattern[at];
    at += 1;
    return char;
  };
  while (pattern[at] !== ']' || ranges.length === 0) {
    if (pattern[at] === '-' || pattern[at] === ']') return undefined;
    const low = one();
    if (low === undefined) return undefined;
    let high: string | undefined = low;
    if (pattern[at] === '-') {
      at += 1;
      if (pattern[at] === ']') return undefined;
      high = one();
    }
    if (high === undefined) return undefined;
    ranges.push([low, high]);
  }
  return { token: { kind: 'class', negated, ranges }, end: at };
}

function literalRun(tokens: readonly GlobToken[]): readonly string[] {
  const chars: string[] = [];
  for (const token of tokens) {
    if (token.kind !== 'literal') break;
    chars.push(token.char);
  }
  return chars;
}

/** A state of the automaton: what it takes to the next, and what it may do without taking anything. */
type Step =
  | { readonly kind: 'take'; readonly accepts: (char: string) => boolean }
  | { readonly kind: 'loop'; readonly accepts: (char: string) => boolean }
  /** Passes over itself and the loop behind it. */
  | { readonly kind: 'fork' }
  /** Loops over anything; a `/` leads on. */
  | { readonly kind: 'until-slash' };

function toSteps(token: GlobToken): readonly Step[] {
  switch (token.kind) {
    case 'literal':
      return [{ kind: 'take', accepts: (char) => char === token.char }];
    case 'one':
      return [{ kind: 'take', accepts: (char) => char !== '/' }];
    case 'class':
      return [
        {
          kind: 'take',
          accepts: (char) =>
            char !== '/' && token.ranges.some(([low, high]) => char >= low && char <= high) !== token.negated,
        },
      ];
    case 'run':
      return [{ kind: 'loop', accepts: (char) => char !== '/' }];
    case 'rest':
      return [{ kind: 'loop', accepts: () => true }];
    case 'folders':
      return [{ kind: 'fork' }, { kind: 'until-slash' }];
  }
}

function run(steps: readonly Step[], text: string): boolean {
  let current = new Set<number>();
  enter(steps, 0, current);
  for (const char of text) {
    const next = new Set<number>();
    for (const state of current) {
      const step = steps[state];
      if (step === undefined) continue;
      if (step.kind === 'take' && step.accepts(char)) enter(steps, state + 1, next);
      else if (step.kind === 'loop' && step.accepts(char)) enter(steps, state, next);
      else if (step.kind === 'until-slash') {
        next.add(state);
        if (char === '/') enter(steps, state + 1, next);
      }
    }
    if (next.size === 0) return false;
    current = next;
  }
  return current.has(steps.length);
}

/** Adds a state and those reached from it without taking a character. */
function enter(steps: readonly Step[], state: number, into: Set<number>): void {
  for (let at = state; !into.has(at); at += 1) {
    const step = steps[at];
    if (step?.kind === 'fork') {
      into.add(at);
      into.add(at + 1);
      at += 1;
      continue;
    }
    into.add(at);
    if (step?.kind !== 'loop') return;
  }
}
