import { isTemplateObject } from './template-value.ts';

/** A value as Go prints it with `%v`: `[a b]`, `map[k:v]`, `<nil>`. */
export function goPrint(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return goNumber(value);
  if (value === undefined || value === null) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(goPrint).join(' ')}]`;
  if (typeof value !== 'object') return String(value);
  const plain = isTemplateObject(value) ? (value.toJSON() as object) : value;
  const pairs = Object.entries(plain)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => `${key}:${goPrint(item)}`);
  return `map[${pairs.join(' ')}]`;
}

/** As an action prints it: what is not there is `<no value>`. */
export function printAction(value: unknown): string {
  return value === undefined || value === null ? '<no value>' : goPrint(value);
}

/** Integers in full; other numbers as `%g`: with an exponent from a million up and below a ten-thousandth. */
function goNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e21) return BigInt(value).toString();
  const [, exponent = '0'] = value.toExponential().split('e');
  return Number(exponent) < -4 || Number(exponent) >= 6 ? goExponent(value.toExponential()) : String(value);
}

/** JavaScript's `1e+5` with at least two digits of exponent, as C and Go write it. */
export function goExponent(text: string): string {
  return text.replace(/e([+-])(\d)$/, 'e$10$2');
}
