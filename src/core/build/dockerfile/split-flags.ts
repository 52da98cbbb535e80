import { isBlank } from './blank.ts';
import type { RawFlag } from './instruction-node.ts';

const noFlags: readonly RawFlag[] = [];

/**
 * Takes the words that start with `--` off the front of an instruction's arguments. Quotes and backslashes work as in
 * a shell; a lone `--` ends the flags and is dropped.
 */
export function splitFlags(args: string): { readonly flags: readonly RawFlag[]; readonly rest: string } {
  const trimmed = args.trim();
  if (!trimmed.startsWith('--')) return { flags: noFlags, rest: trimmed };
  const flags: RawFlag[] = [];
  let at = 0;
  for (;;) {
    while (at < args.length && isBlank(args[at] as string)) at += 1;
    if (!args.startsWith('--', at)) return { flags, rest: args.slice(at).trim() };
    const { word, end } = readWord(args, at);
    at = end;
    if (word === '--') return { flags, rest: args.slice(at).trim() };
    const equals = word.indexOf('=');
    flags.push({
      name: word.slice(2, equals < 0 ? undefined : equals),
      value: equals < 0 ? undefined : word.slice(equals + 1),
    });
  }
}

function readWord(text: string, start: number): { word: string; end: number } {
  let at = start;
  while (at < text.length && !isSpecial(text[at] as string)) at += 1;
  let word = text.slice(start, at);
  let quote = '';
  for (; at < text.length; at += 1) {
    const char = text[at] as string;
    if (char === '\\' && at + 1 < text.length) {
      at += 1;
      word += text[at];
    } else if (quote !== '') {
      if (char === quote) quote = '';
      else word += char;
    } else if (char === '"' || char === "'") {
      quote = char;
    } else if (isBlank(char)) {
      break;
    } else {
      word += char;
    }
  }
  return { word, end: at };
}

/** Ends a run of characters that stand for themselves. */
function isSpecial(char: string): boolean {
  return isBlank(char) || char === '"' || char === "'" || char === '\\';
}
