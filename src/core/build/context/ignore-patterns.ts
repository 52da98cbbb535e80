import { cleanPath } from '../glob/clean-path.ts';
import { compileGlob, type Glob, type GlobToken, parseMobyPattern } from '../glob/glob.ts';

/** One line of a .dockerignore. */
export interface IgnorePattern {
  /** Cleaned, without `!` and leading slash. */
  readonly text: string;
  /** `!`: what it matches comes back. */
  readonly negated: boolean;
  readonly line: number;
  readonly glob: Glob;
  readonly tokens: readonly GlobToken[];
}

export type IgnoreFile =
  | { readonly ok: true; readonly patterns: readonly IgnorePattern[] }
  | { readonly ok: false; readonly message: string; readonly line: number };

/**
 * Reads a .dockerignore (moby/patternmatcher `ignorefile`): `#` lines are comments, blanks around a pattern go, a
 * leading slash goes, `.` matches nothing. Never throws.
 */
export function parseIgnoreFile(text: string): IgnoreFile {
  const patterns: IgnorePattern[] = [];
  const lines = text.replace(/^\ufeff/, '').split('\n');
  for (const [index, raw] of lines.entries()) {
    if (raw.startsWith('#')) continue;
    const trimmed = raw.trim();
    if (trimmed === '') continue;
    const result = parseIgnorePattern(trimmed, index + 1);
    if (typeof result === 'string') return { ok: false, message: result, line: index + 1 };
    patterns.push(result);
  }
  return { ok: true, patterns };
}

/** One pattern, as of `--exclude`. A string is the reason why it is none. */
export function parseIgnorePattern(text: string, line = 0): IgnorePattern | string {
  const negated = text.startsWith('!');
  const bare = (negated ? text.slice(1) : text).trim();
  if (bare === '') return `illegal exclusion pattern: ${JSON.stringify(text)}`;
  const clean = cleanPath(bare);
  const relative = clean.length > 1 && clean.startsWith('/') ? clean.slice(1) : clean;
  // Moby cleans it with its `!`, and nothing is left.
  if (negated && relative === '/') return 'illegal exclusion pattern: "!"';
  const tokens = parseMobyPattern(relative);
  if (tokens === undefined) return `syntax error in pattern: ${JSON.stringify(text)}`;
  return { text: relative, negated, line, glob: compileGlob(tokens), tokens };
}
