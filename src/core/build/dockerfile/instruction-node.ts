import type { SourcePosition } from '../../../engine/builds.ts';
import type { Heredoc } from './heredoc.ts';

/** One instruction as text: the first level of the parse, before its arguments mean anything. */
export interface InstructionNode {
  /** Upper case: `COPY`. */
  readonly name: string;
  /** As it was written. */
  readonly keyword: string;
  readonly flags: readonly RawFlag[];
  /** What follows keyword and flags, trimmed. */
  readonly rest: string;
  /** The whole instruction as one line: continuations joined, comments between them dropped. */
  readonly source: string;
  readonly heredocs: readonly Heredoc[];
  /** Comments right above it, without `#` and blanks around: no empty line or empty comment lies between. */
  readonly comments: readonly string[];
  /** The Dockerfile's escape character. */
  readonly escape: string;
  readonly position: SourcePosition;
}

/** `--name=value` with quotes and escapes resolved. */
export interface RawFlag {
  readonly name: string;
  /** Undefined without `=`. */
  readonly value: string | undefined;
}
