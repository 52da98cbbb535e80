import { GantryError } from '../../../base/gantry-error.ts';
import type { SourcePosition } from '../../../engine/builds.ts';
import { expandShellWord } from '../dockerfile/shell-words.ts';
import { type StageState, variableOf } from './stage-state.ts';

/**
 * Expands the words of one instruction with the values from before it, and `newer` ones of ARGs that it declared itself.
 * Throws `invalid` / `dockerfile-syntax`.
 */
export interface Expander {
  readonly word: (text: string, newer?: ReadonlyMap<string, string | undefined>) => string;
  /** The same, split at blanks. */
  readonly words: (text: string) => readonly string[];
  /** The body of a heredoc: quotes mean nothing. */
  readonly body: (text: string) => string;
}

export interface ExpanderOptions {
  readonly state: StageState;
  readonly escape: string;
  readonly position: SourcePosition;
}

export function makeExpander({ state, escape: escapeChar, position }: ExpanderOptions): Expander {
  const expand = (
    text: string,
    plainQuotes: boolean,
    newer?: ReadonlyMap<string, string | undefined>,
  ): { value: string; words: readonly string[] } => {
    const result = expandShellWord(text, {
      escape: escapeChar,
      lookup: (name) => newer?.get(name) ?? variableOf(state, name),
      plainQuotes,
    });
    if (result.ok) return result;
    throw new GantryError({
      kind: 'invalid',
      code: 'dockerfile-syntax',
      message: `dockerfile parse error on line ${position.line}: failed to process ${JSON.stringify(text)}: ${result.message}`,
      details: { position },
    });
  };
  return {
    word: (text, newer) => expand(text, false, newer).value,
    words: (text) => expand(text, false).words,
    body: (text) => expand(text, true).value,
  };
}
