import { formatVerbs } from './format-verbs.ts';
import { goPrint } from './go-print.ts';
import { templateError } from './template-error.ts';
import { goType, isTemplateObject, isTrue } from './template-value.ts';

type TemplateFunction = (...args: readonly unknown[]) => unknown;

interface Entry {
  readonly least: number;
  readonly most: number;
  readonly call: TemplateFunction;
}

const htmlEscapes: Readonly<Record<string, string>> = {
  '<': '&lt;',
  '>': '&gt;',
  '&': '&amp;',
  "'": '&#39;',
  '"': '&#34;',
  '\0': '\ufffd',
};

const many = Number.POSITIVE_INFINITY;

/** Go's built-in functions and those Docker adds. `and` and `or` do not evaluate all they get: the executor has them. */
export const templateFunctions: Readonly<Record<string, Entry>> = {
  not: { least: 1, most: 1, call: (value) => !isTrue(value) },
  eq: { least: 2, most: many, call: (first, ...others) => others.some((other) => equal('eq', first, other)) },
  ne: { least: 2, most: 2, call: (a, b) => !equal('ne', a, b) },
  lt: { least: 2, most: 2, call: (a, b) => less('lt', a, b) },
  le: { least: 2, most: 2, call: (a, b) => less('le', a, b) || equal('le', a, b) },
  gt: { least: 2, most: 2, call: (a, b) => less('gt', b, a) },
  ge: { least: 2, most: 2, call: (a, b) => less('ge', b, a) || equal('ge', a, b) },
  len: { least: 1, most: 1, call: length },
  index: { least: 1, most: many, call: (value, ...keys) => keys.reduce(element, value) },
  slice: { least: 1, most: 3, call: slice },
  print: { least: 0, most: many, call: (...values) => print(values) },
  println: { least: 0, most: many, call: (...values) => `${values.map(goPrint).join(' ')}\n` },
  printf: {
    least: 1,
    most: many,
    call: (format, ...values) => formatVerbs(string('printf', format), values),
  },
  html: {
    least: 0,
    most: many,
    call: (...values) => print(values).replace(/[<>&'"\0]/g, (character) => htmlEscapes[character]!),
  },
  urlquery: {
    least: 0,
    most: many,
    call: (...values) => encodeURIComponent(print(values)).replaceAll('%20', '+'),
  },
  json: { least: 1, most: 1, call: (value) => JSON.stringify(value ?? null) },
  split: {
    least: 2,
    most: 2,
    call: (value, separator) => string('split', value).split(string('split', separator)),
  },
  join: {
    least: 2,
    most: 2,
    call: (values, separator) => sequence('join', values).map(goPrint).join(string('join', separator)),
  },
  lower: { least: 1, most: 1, call: (value) => string('lower', value).toLowerCase() },
  upper: { least: 1, most: 1, call: (value) => string('upper', value).toUpperCase() },
  title: {
    least: 1,
    most: 1,
    call: (value) =>
      string('title', value).replace(
        /(^|[^\p{L}\p{Nd}_'])(\p{L})/gu,
        (_, before, letter) => before + letter.toUpperCase(),
      ),
  },
  pad: {
    least: 3,
    most: 3,
    call: (value, before, after) => {
      const text = string('pad', value);
      return text === '' ? '' : ' '.repeat(count('pad', before)) + text + ' '.repeat(count('pad', after));
    },
  },
  truncate: {
    least: 2,
    most: 2,
    call: (value, width) => string('truncate', value).slice(0, count('truncate', width)),
  },
};

/** Calls one by name, with Go's complaint where the number of arguments is off. */
export function callTemplateFunction(name: string, args: readonly unknown[]): unknown {
  const { least, most, call } = templateFunctions[name]!;
  if (args.length < least || args.length > most) {
    const want = most === many ? `at least ${least}` : `${least === most ? least : `${least} to ${most}`}`;
    throw templateError(
      `executing "" at <${name}>: wrong number of args for ${name}: want ${want} got ${args.length}`,
    );
  }
  return call(...args);
}

function fail(name: string, problem: string): never {
  throw templateError(`executing "" at <${name}>: error calling ${name}: ${problem}`);
}

function string(name: string, value: unknown): string {
  if (typeof value === 'string') return value;
  return fail(name, `wrong type for value; expected string; got ${goType(value)}`);
}

function count(name: string, value: unknown): number {
  if (Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 10_000)
    return value as number;
  return fail(name, `expected a small number; got ${goPrint(value)}`);
}

function sequence(name: string, value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (value === null || value === undefined) return [];
  return fail(name, `wrong type for value; expected []string; got ${goType(value)}`);
}

function equal(name: string, a: unknown, b: unknown): boolean {
  if (a === undefined || a === null || b === undefined || b === null) return (a ?? null) === (b ?? null);
  if (typeof a === 'object' || typeof b === 'object') return fail(name, 'non-comparable type');
  if (typeof a !== typeof b) return fail(name, 'incompatible types for comparison');
  return a === b;
}

function less(name: string, a: unknown, b: unknown): boolean {
  if (typeof a !== typeof b) return fail(name, 'incompatible types for comparison');
  if (typeof a !== 'string' && typeof a !== 'number') return fail(name, 'invalid type for comparison');
  return a < (b as typeof a);
}

function length(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (Array.isArray(value)) return value.length;
  if (typeof value === 'object' && value !== null && !isTemplateObject(value))
    return Object.keys(value).length;
  return fail(
    'len',
    value === null || value === undefined ? 'len of nil pointer' : `len of type ${goType(value)}`,
  );
}

function element(value: unknown, key: unknown): unknown {
  if (value === undefined || value === null) return fail('index', 'index of untyped nil');
  if (Array.isArray(value) || typeof value === 'string') {
    if (!Number.isInteger(key)) return fail('index', `cannot index slice/array with type ${goType(key)}`);
    const at = key as number;
    const size = typeof value === 'string' ? Buffer.byteLength(value) : value.length;
    if (at < 0 || at >= size) return fail('index', `index out of range: ${at}`);
    return typeof value === 'string' ? Buffer.from(value)[at] : value[at];
  }
  if (typeof value !== 'object' || isTemplateObject(value))
    return fail('index', `can't index item of type ${goType(value)}`);
  if (Object.hasOwn(value, string('index', key))) return (value as Record<string, unknown>)[key as string];
  // A map of strings answers its zero value, one of anything else nil.
  return Object.values(value).every((item) => typeof item === 'string') ? '' : null;
}

function slice(value: unknown, from?: unknown, to?: unknown): unknown {
  if (typeof value !== 'string' && !Array.isArray(value))
    return fail('slice', `can't slice item of type ${goType(value)}`);
  const start = from === undefined ? 0 : (from as number);
  const end = to === undefined ? value.length : (to as number);
  for (const at of [start, end]) {
    if (!Number.isInteger(at) || at < 0 || at > value.length)
      fail('slice', `index out of range: ${goPrint(at)}`);
  }
  if (start > end) fail('slice', `invalid slice index: ${start} > ${end}`);
  return value.slice(start, end);
}

/** Go's `Sprint`: a space between two neighbours when neither is a string. */
function print(values: readonly unknown[]): string {
  return values
    .map((value, at) =>
      at > 0 && typeof value !== 'string' && typeof values[at - 1] !== 'string'
        ? ` ${goPrint(value)}`
        : goPrint(value),
    )
    .join('');
}
