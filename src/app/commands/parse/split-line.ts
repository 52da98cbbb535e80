import { usageError } from './usage-error.ts';

/**
 * A typed line as words, as a shell splits it: single quotes keep everything, double quotes know backslashes, a
 * backslash keeps the next character. Nothing is expanded. Throws `usage` / `open-quote`.
 */
export function splitLine(line: string): readonly string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote: '"' | "'" | undefined;
  for (let at = 0; at < line.length; at++) {
    const character = line[at]!;
    if (quote === undefined && (character === ' ' || character === '\t' || character === '\n')) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (quote === undefined && (character === '"' || character === "'")) {
      quote = character;
      word ??= '';
    } else if (character === quote) {
      quote = undefined;
    } else if (character === '\\' && quote !== "'" && at + 1 < line.length) {
      const next = line[++at]!;
      word = (word ?? '') + (quote === '"' && !'"\\$`'.includes(next) ? `\\${next}` : next);
    } else {
      word = (word ?? '') + character;
    }
  }
  if (quote !== undefined) throw usageError('open-quote', `a ${quote} is not closed`);
  if (word !== undefined) words.push(word);
  return words;
}
