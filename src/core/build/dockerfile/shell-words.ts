import {
  parseShellPattern,
  replacePattern,
  type ShellPattern,
  trimPrefix,
  trimSuffix,
} from './shell-pattern.ts';

export interface ShellWordOptions {
  /** The Dockerfile's escape character, `\` or a backtick. */
  readonly escape: string;
  /** Value of a variable; undefined when it is not set. */
  readonly lookup: (name: string) => string | undefined;
  /** Leave quotes where they are (a text whose quoting matters to a later reader). */
  readonly keepQuotes?: boolean;
  readonly keepEscapes?: boolean;
  /** Leave `$x` as it is when x is not set. */
  readonly keepUnset?: boolean;
  /** Quotes mean nothing: the body of a heredoc. */
  readonly plainQuotes?: boolean;
  /** Told of every variable that was wanted and not set. */
  readonly onUnset?: (name: string) => void;
}

export type Expansion =
  | { readonly ok: true; readonly value: string; readonly words: readonly string[] }
  | { readonly ok: false; readonly message: string };

/** A variable that holds itself twice grows without end; no word needs more than this. */
const expansionLimit = 1 << 20;

/** Substitutions within substitutions: more is nobody's intention, and each costs a piece of the stack. */
const nestingLimit = 100;

/**
 * Expands one word as BuildKit's shell lexer does (Dockerfile reference, "Environment replacement"): quotes, escapes,
 * `$x`, `${x}` and every modifier. `words` is the same split at blanks that no quote protects. Never throws.
 */
export function expandShellWord(text: string, options: ShellWordOptions): Expansion {
  const lexer = new ShellLexer(text, options, text.length);
  const { value, words } = lexer.readUntil(undefined, options.keepEscapes === true);
  if (lexer.failure !== undefined) return { ok: false, message: lexer.failure };
  return { ok: true, value, words };
}

class ShellLexer {
  readonly #text: string;
  readonly #options: ShellWordOptions;
  #at = 0;
  #depth = 0;
  #size: number;
  failure: string | undefined;

  constructor(text: string, options: ShellWordOptions, size: number) {
    this.#text = text;
    this.#options = options;
    this.#size = size;
  }

  readUntil(stop: string | undefined, keepEscapes: boolean): { value: string; words: readonly string[] } {
    const { escape: escapeChar, plainQuotes } = this.#options;
    const words = new WordSplitter();
    let value = '';
    while (this.#at < this.#text.length) {
      const char = this.#text[this.#at] as string;
      if (char === stop) {
        this.#at += 1;
        return { value, words: words.finish() };
      }
      if (char === '$') {
        const part = this.#dollar();
        value += part;
        words.addSplit(part);
      } else if (plainQuotes !== true && (char === "'" || char === '"')) {
        const part = char === "'" ? this.#singleQuoted() : this.#doubleQuoted(keepEscapes);
        value += part;
        words.addWhole(part);
      } else if (char === escapeChar) {
        this.#at += 1;
        const escaped = this.#text[this.#at];
        let part = keepEscapes ? escapeChar : '';
        if (escaped !== undefined) {
          this.#at += 1;
          part += escaped;
        }
        value += part;
        words.addWhole(part);
      } else {
        this.#at += 1;
        value += char;
        words.addSplit(char);
      }
    }
    if (stop !== undefined) this.#fail(`unexpected end of statement while looking for matching ${stop}`);
    return { value, words: words.finish() };
  }

  #fail(message: string): string {
    this.failure ??= message;
    this.#at = this.#text.length;
    return '';
  }

  #singleQuoted(): string {
    const end = this.#text.indexOf("'", this.#at + 1);
    if (end < 0) return this.#fail('unexpected end of statement while looking for matching single-quote');
    const inner = this.#text.slice(this.#at + 1, end);
    this.#at = end + 1;
    return this.#options.keepQuotes === true ? `'${inner}'` : inner;
  }

  #doubleQuoted(keepEscapes: boolean): string {
    const { escape: escapeChar } = this.#options;
    const quote = this.#options.keepQuotes === true ? '"' : '';
    let value = quote;
    this.#at += 1;
    for (;;) {
      const char = this.#text[this.#at];
      if (char === undefined) {
        return this.#fail('unexpected end of statement while looking for matching double-quote');
      }
      if (char === '"') {
        this.#at += 1;
        return value + quote;
      }
      if (char === '$') {
        value += this.#dollar();
        continue;
      }
      this.#at += 1;
      if (char !== escapeChar) {
        value += char;
        continue;
      }
      const next = this.#text[this.#at];
      if (next === '"' || next === '$' || next === escapeChar) {
        this.#at += 1;
        value += keepEscapes ? escapeChar + next : next;
      } else if (next !== undefined) {
        value += escapeChar;
      }
    }
  }

  #dollar(): string {
    this.#at += 1;
    if (this.#text[this.#at] !== '{') {
      const name = this.#name();
      if (name === '') return '$';
      return this.#take(this.#value(name) ?? (this.#options.keepUnset === true ? `$${name}` : ''));
    }
    this.#at += 1;
    const first = this.#text[this.#at];
    if (first === undefined) return this.#fail("syntax error: missing '}'");
    if (first === '{' || first === '}' || first === ':') return this.#fail('syntax error: bad substitution');
    return this.#take(this.#braced(this.#name()));
  }

  #braced(name: string): string {
    let modifier = this.#text[this.#at] ?? '';
    this.#at += 1;
    if (modifier === '}') return this.#value(name) ?? (this.#options.keepUnset === true ? `\${${name}}` : '');
    if (modifier === '/') return this.#replace(name);
    const emptyIsUnset = modifier === ':';
    if (emptyIsUnset) {
      modifier = this.#text[this.#at] ?? '';
      this.#at += 1;
    }
    const sign = (emptyIsUnset ? ':' : '') + modifier;
    if (modifier === '') return this.#fail("syntax error: missing '}'");
    if (!'+-?#%'.includes(modifier)) return this.#fail(`unsupported modifier (${sign}) in substitution`);
    const word = this.#inner('}', modifier === '#' || modifier === '%');
    if (this.failure !== undefined) return '';
    return this.#modified(name, sign, modifier, emptyIsUnset, word);
  }

  #modified(name: string, sign: string, modifier: string, emptyIsUnset: boolean, word: string): string {
    // `${x-word}` is a variable that may well be missing: asking for it is no mistake.
    const value = modifier === '-' || modifier === '+' ? this.#options.lookup(name) : this.#value(name);
    if (value === undefined && this.#options.keepUnset === true) return `\${${name}${sign}${word}}`;
    const missing = value === undefined || (emptyIsUnset && value === '');
    switch (modifier) {
      case '-':
        return missing ? word : value;
      case '+':
        return missing ? '' : word;
      case '?': {
        if (!missing) return value;
        const usual = value === undefined ? 'is not allowed to be unset' : 'is not allowed to be empty';
        return this.#fail(`${name}: ${word === '' ? usual : word}`);
      }
      default: {
        const greedy = word.startsWith(modifier);
        const pattern = this.#pattern(greedy ? word.slice(1) : word);
        const trim = modifier === '#' ? trimPrefix : trimSuffix;
        return trim(value ?? '', pattern, greedy) ?? this.#fail(`pattern (${word}) takes too long to match`);
      }
    }
  }

  #replace(name: string): string {
    const all = this.#text[this.#at] === '/';
    if (all) this.#at += 1;
    const pattern = this.#inner('/', true);
    const replacement = this.failure === undefined ? this.#inner('}', true) : '';
    if (this.failure !== undefined) return '';
    const value = this.#value(name);
    if (value === undefined && this.#options.keepUnset === true) {
      return `\${${name}/${all ? '/' : ''}${pattern}/${replacement}}`;
    }
    return (
      replacePattern(value ?? '', this.#pattern(pattern), replacement, all) ??
      this.#fail(`pattern (${pattern}) takes too long to match`)
    );
  }

  #pattern(text: string): ShellPattern {
    const pattern = parseShellPattern(text);
    if (pattern === undefined) this.#fail(`invalid pattern (${text}) in substitution: invalid escape`);
    return pattern ?? [];
  }

  #inner(stop: '}' | '/', keepEscapes: boolean): string {
    if (this.#depth === nestingLimit) return this.#fail(`substitutions nest deeper than ${nestingLimit}`);
    this.#depth += 1;
    const { value } = this.readUntil(stop, keepEscapes);
    this.#depth -= 1;
    if (this.failure?.startsWith(`unexpected end of statement while looking for matching ${stop}`)) {
      this.failure = stop === '}' ? "syntax error: missing '}'" : `syntax error: missing '/' in $\{}`;
    }
    return value;
  }

  /** A name, the digits of a positional parameter, or one special parameter; empty when none of these follows. */
  #name(): string {
    const rest = this.#text.slice(this.#at, this.#at + 256);
    const match = /^(?:[0-9]+|[@*#?\-$!]|[\p{L}_][\p{L}\p{Nd}_]*)/u.exec(rest);
    let name = match?.[0] ?? '';
    if (name.length >= 255) name = /^[\p{L}\p{Nd}_]+/u.exec(this.#text.slice(this.#at))?.[0] ?? name;
    this.#at += name.length;
    return name;
  }

  #value(name: string): string | undefined {
    const value = this.#options.lookup(name);
    if (value === undefined) this.#options.onUnset?.(name);
    return value;
  }

  /** Counts what a variable brought in. */
  #take(part: string): string {
    this.#size += part.length;
    if (this.#size <= expansionLimit) return part;
    return this.#fail(`expansion exceeds ${expansionLimit} characters`);
  }
}

/** Gathers words: blanks separate unless they came through a quote or an escape. */
class WordSplitter {
  readonly #words: string[] = [];
  #word = '';

  addWhole(part: string): void {
    this.#word += part;
  }

  addSplit(part: string): void {
    if (!/\s/.test(part)) {
      this.#word += part;
      return;
    }
    for (const char of part) {
      if (/\s/.test(char)) this.#flush();
      else this.#word += char;
    }
  }

  finish(): readonly string[] {
    this.#flush();
    return this.#words;
  }

  #flush(): void {
    if (this.#word !== '') this.#words.push(this.#word);
    this.#word = '';
  }
}
