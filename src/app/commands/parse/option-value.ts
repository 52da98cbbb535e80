import { longName, type OptionSpec, type OptionValue } from '../option-spec.ts';
import { parseBytes } from './parse-bytes.ts';
import { parseDuration } from './parse-duration.ts';
import { usageError } from './usage-error.ts';

/** One word as the value of an option. Throws `usage` / `bad-value` in the words of Docker's flag parser. */
export function optionValue(key: string, spec: OptionSpec, word: string): OptionValue {
  switch (spec.kind) {
    case 'text':
      return word;
    case 'list':
      return [word];
    case 'flag':
      return (
        parseBoolean(word) ??
        refuse(key, spec, word, `strconv.ParseBool: parsing ${quote(word)}: invalid syntax`)
      );
    case 'integer':
      if (/^[+-]?\d{1,15}$/.test(word)) return Number(word);
      return refuse(key, spec, word, `strconv.ParseInt: parsing ${quote(word)}: invalid syntax`);
    case 'number':
      if (/^[+-]?(?:\d+\.?\d*|\.\d+)$/.test(word)) return Number(word);
      return refuse(key, spec, word, `failed to parse ${word} as a rational number`);
    case 'bytes':
      return parseBytes(word) ?? refuse(key, spec, word, `invalid size: '${word}'`);
    case 'duration':
      return parseDuration(word) ?? refuse(key, spec, word, `time: invalid duration ${quote(word)}`);
  }
}

/** Go's `strconv.ParseBool`. */
function parseBoolean(word: string): boolean | undefined {
  if (/^(?:1|t|T|true|True|TRUE)$/.test(word)) return true;
  return /^(?:0|f|F|false|False|FALSE)$/.test(word) ? false : undefined;
}

function refuse(key: string, spec: OptionSpec, word: string, why: string): never {
  const name = spec.short === undefined ? `--${longName(key)}` : `-${spec.short}, --${longName(key)}`;
  throw usageError('bad-value', `invalid argument ${quote(word)} for "${name}" flag: ${why}`);
}

function quote(word: string): string {
  return JSON.stringify(word);
}
