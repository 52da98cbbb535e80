import type { IgnorePattern } from './ignore-patterns.ts';

/** What the patterns say of a path, and what of that its children inherit. */
export interface IgnoreState {
  readonly ignored: boolean;
  /** For each pattern, whether it matched the path or one of its parents. */
  readonly matched: readonly boolean[];
  /** The last pattern that decided. */
  readonly decidedBy: IgnorePattern | undefined;
}

/**
 * Applies .dockerignore patterns in order, the last match wins (moby/patternmatcher, `MatchesUsingParentResults`): a
 * pattern that matches a folder matches all below it.
 */
export class IgnoreMatcher {
  readonly #patterns: readonly IgnorePattern[];
  readonly #hasNegations: boolean;
  /** Of the root of the context: never ignored. */
  readonly root: IgnoreState;

  constructor(patterns: readonly IgnorePattern[]) {
    this.#patterns = patterns;
    this.#hasNegations = patterns.some(({ negated }) => negated);
    this.root = { ignored: false, matched: patterns.map(() => false), decidedBy: undefined };
  }

  get isEmpty(): boolean {
    return this.#patterns.length === 0;
  }

  /** `path` is relative to the root and clean; `parent` is the state of its folder. */
  descend(parent: IgnoreState, path: string): IgnoreState {
    if (this.isEmpty) return this.root;
    const matched: boolean[] = [];
    let ignored = false;
    let decidedBy: IgnorePattern | undefined;
    for (const [index, pattern] of this.#patterns.entries()) {
      // A pattern that could change nothing is not tried; neither does it count for the children then.
      const match =
        parent.matched[index] === true || (pattern.negated === ignored && pattern.glob.matches(path));
      matched.push(match);
      if (!match) continue;
      ignored = !pattern.negated;
      decidedBy = pattern;
    }
    return { ignored, matched, decidedBy };
  }

  /** As {@link descend} for a path whose parents' states nobody has kept. */
  stateOf(path: string): IgnoreState {
    let state = this.root;
    let at = 0;
    while (at >= 0 && path !== '') {
      at = path.indexOf('/', at + 1);
      state = this.descend(state, at < 0 ? path : path.slice(0, at));
    }
    return state;
  }

  /** Whether anything below an ignored folder may come back by a `!` pattern. False: no need to look inside. */
  mayReinclude(folder: string): boolean {
    if (!this.#hasNegations) return false;
    const parts = folder.split('/');
    return this.#patterns.some((pattern) => pattern.negated && reachesBelow(pattern, parts));
  }
}

/** Could the pattern match a path below the folder? Wrong only on the side of yes. */
function reachesBelow(pattern: IgnorePattern, folder: readonly string[]): boolean {
  const wanted = pattern.text.split('/');
  for (const [index, part] of folder.entries()) {
    const expected = wanted[index];
    if (expected === undefined) return false;
    if (/[*?[\\]/.test(expected)) {
      if (expected.includes('**')) return true;
      continue;
    }
    if (expected !== part) return false;
  }
  return wanted.length > folder.length;
}
