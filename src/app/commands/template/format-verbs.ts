import { goExponent, goPrint } from './go-print.ts';
import { goType } from './template-value.ts';

/** Go's `fmt.Sprintf` for the verbs that make sense here: `v s q d f g e x X o b c t`, with flags, width and precision. */
export function formatVerbs(format: string, values: readonly unknown[]): string {
  let next = 0;
  const text = format.replace(
    /%([-+# 0]*)(\d+|\*)?(?:\.(\d+|\*)?)?([a-zA-Z%])|%$/g,
    (
      whole,
      flags: string | undefined,
      width: string | undefined,
      precision: string | undefined,
      verb: string | undefined,
    ) => {
      if (verb === '%') return '%';
      if (verb === undefined) return '%!(NOVERB)';
      const columns = Math.min(width === '*' ? Number(values[next++]) : Number(width ?? 0), 10_000);
      const digits =
        precision === '*' ? Number(values[next++]) : precision === undefined ? undefined : Number(precision);
      const hasPoint = whole.includes('.');
      if (next >= values.length) return `%!${verb}(MISSING)`;
      const shown = one(verb, values[next++], flags ?? '', hasPoint ? (digits ?? 0) : undefined);
      if (flags?.includes('-')) return shown.padEnd(columns);
      const zero = flags?.includes('0') && verb !== 's' && verb !== 'q' && verb !== 'v';
      if (!zero) return shown.padStart(columns);
      const sign = /^[+-]/.exec(shown)?.[0] ?? '';
      return sign + shown.slice(sign.length).padStart(columns - sign.length, '0');
    },
  );
  if (next >= values.length) return text;
  const extra = values.slice(next).map((value) => `${goType(value)}=${goPrint(value)}`);
  return `${text}%!(EXTRA ${extra.join(', ')})`;
}

function one(verb: string, value: unknown, flags: string, precision: number | undefined): string {
  const plus = flags.includes('+') && typeof value === 'number' && value >= 0 ? '+' : '';
  switch (verb) {
    case 'v':
      return goPrint(value);
    case 's':
      if (typeof value !== 'object' && typeof value !== 'string') break;
      return precision === undefined ? goPrint(value) : [...goPrint(value)].slice(0, precision).join('');
    case 'q':
      if (typeof value === 'string') return JSON.stringify(value);
      if (Array.isArray(value)) return `[${value.map((item) => JSON.stringify(String(item))).join(' ')}]`;
      break;
    case 't':
      if (typeof value === 'boolean') return String(value);
      break;
    case 'd':
      if (Number.isInteger(value)) return plus + goPrint(value);
      break;
    case 'x':
    case 'X': {
      const text =
        typeof value === 'string'
          ? Buffer.from(value).toString('hex')
          : Number.isInteger(value)
            ? (value as number).toString(16)
            : undefined;
      if (text !== undefined) return verb === 'X' ? text.toUpperCase() : text;
      break;
    }
    case 'o':
    case 'b':
      if (Number.isInteger(value)) return (value as number).toString(verb === 'o' ? 8 : 2);
      break;
    case 'c':
      if (Number.isInteger(value)) return String.fromCodePoint(value as number);
      break;
    case 'f':
      if (typeof value === 'number') return plus + value.toFixed(Math.min(precision ?? 6, 100));
      break;
    case 'g':
      if (typeof value !== 'number') break;
      if (precision === undefined) return plus + goPrint(value);
      return plus + goExponent(value.toPrecision(precision || 1));
    case 'e':
      if (typeof value === 'number') return plus + goExponent(value.toExponential(precision ?? 6));
      break;
  }
  return `%!${verb}(${value === undefined || value === null ? '<nil>' : `${goType(value)}=${goPrint(value)}`})`;
}
