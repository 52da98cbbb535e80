import type { SourcePosition } from '../../../engine/builds.ts';

/** Something about a Dockerfile worth telling. An error keeps it from being built, a warning does not. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  /** Stable: kebab-case for errors (`unknown-instruction`), BuildKit's rule name for warnings (`NoEmptyContinuation`). */
  readonly code: string;
  /** Without the position: the reader adds it. */
  readonly message: string;
  readonly hint: string | undefined;
  readonly position: SourcePosition;
}

/** What a parser gives back: a value unless an error made that impossible, and all it noticed. */
export interface Parsed<T> {
  readonly value: T | undefined;
  readonly diagnostics: readonly Diagnostic[];
}
