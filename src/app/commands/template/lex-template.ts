import { templateError } from './template-error.ts';

export type TemplateToken =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'open' | 'close' | '(' | ')' | '|' | ':=' | '=' | ',' | 'space' }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'number'; readonly value: number }
  /** `.Name`, or `.` alone as the empty string. */
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'word'; readonly word: string };

const spaces = /[ \t\r\n]+/y;
const field = /\.([\p{L}_][\p{L}\p{Nd}_]*)?/uy;
const variable = /\$([\p{L}\p{Nd}_]*)/uy;
const word = /[\p{L}_][\p{L}\p{Nd}_]*/uy;
const decimal =
  /[+-]?(?:0[xX][0-9a-fA-F_]+|0[oO][0-7]+|0[bB][01]+|(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)/y;
const quoted = /"(?:[^"\\\n]|\\.)*"/y;
const raw = /`[^`]*`/y;
const character = /'(?:[^'\\\n]|\\.)+'/y;
const comment = /\{\{(- )?\/\*[\s\S]*?\*\/( -)?\}\}/y;
const symbols = ['(', ')', '|', ':=', '=', ','] as const;

/** Cuts a template into tokens, with `{{-` and `-}}` already applied to the text around them. */
export function lexTemplate(source: string): readonly TemplateToken[] {
  const tokens: TemplateToken[] = [];
  let at = 0;
  let trimNext = false;

  const addText = (text: string, trimEnd: boolean): void => {
    let kept = trimNext ? text.trimStart() : text;
    if (trimEnd) kept = kept.trimEnd();
    trimNext = false;
    if (kept !== '') tokens.push({ kind: 'text', text: kept });
  };
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(source);
    if (match !== null) at = pattern.lastIndex;
    return match;
  };

  while (at < source.length) {
    const open = source.indexOf('{{', at);
    if (open < 0) {
      addText(source.slice(at), false);
      break;
    }
    const before = source.slice(at, open);
    at = open;
    const note = take(comment);
    if (note !== null) {
      addText(before, note[1] !== undefined);
      trimNext = note[2] !== undefined;
      continue;
    }
    const trims = source[open + 2] === '-' && /[ \t\r\n]/.test(source[open + 3] ?? '');
    addText(before, trims);
    tokens.push({ kind: 'open' });
    at = open + (trims ? 3 : 2);
    lexAction();
  }
  return tokens;

  function lexAction(): void {
    for (;;) {
      const rest = source.slice(at, at + 3);
      if (rest.startsWith('}}')) {
        at += 2;
        tokens.push({ kind: 'close' });
        return;
      }
      if (take(spaces) !== null) {
        if (source.startsWith('-}}', at)) {
          at += 3;
          trimNext = true;
          tokens.push({ kind: 'close' });
          return;
        }
        tokens.push({ kind: 'space' });
        continue;
      }
      if (at >= source.length) throw templateError('unclosed action');
      tokens.push(lexToken());
    }
  }

  function lexToken(): TemplateToken {
    const start = source[at]!;
    if (start === '"' || start === '`' || start === "'") return lexQuoted(start);
    if (/[0-9]/.test(start) || (/[+.-]/.test(start) && /[0-9.]/.test(source[at + 1] ?? ''))) {
      const match = take(decimal);
      if (match !== null) return { kind: 'number', value: Number(match[0].replaceAll('_', '')) };
    }
    for (const symbol of symbols) {
      if (source.startsWith(symbol, at)) {
        at += symbol.length;
        return { kind: symbol };
      }
    }
    let match = take(field);
    if (match !== null) return { kind: 'field', name: match[1] ?? '' };
    match = take(variable);
    if (match !== null) return { kind: 'variable', name: match[1]! };
    match = take(word);
    if (match !== null) return { kind: 'word', word: match[0] };
    const code = start.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
    throw templateError(`bad character U+${code} '${start}'`);
  }

  function lexQuoted(start: string): TemplateToken {
    const pattern = start === '"' ? quoted : start === '`' ? raw : character;
    const match = take(pattern);
    if (match === null) {
      throw templateError(
        start === "'"
          ? 'unterminated character constant'
          : start === '`'
            ? 'unterminated raw quoted string'
            : 'unterminated quoted string',
      );
    }
    const inner = match[0].slice(1, -1);
    if (start === '`') return { kind: 'string', value: inner };
    const value = unescapeGo(inner);
    return start === '"' ? { kind: 'string', value } : { kind: 'number', value: value.codePointAt(0)! };
  }
}

const simpleEscapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\u0007',
  b: '\b',
  f: '\f',
  v: '\v',
};

function unescapeGo(text: string): string {
  return text.replace(
    /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.))/gu,
    (_, x?: string, u?: string, U?: string, octal?: string, other?: string) => {
      if (other !== undefined) return simpleEscapes[other] ?? other;
      const code = octal === undefined ? Number.parseInt(x ?? u ?? U ?? '0', 16) : Number.parseInt(octal, 8);
      return code > 0x10ffff ? '\ufffd' : String.fromCodePoint(code);
    },
  );
}
