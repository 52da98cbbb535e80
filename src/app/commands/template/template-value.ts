import { templateError } from './template-error.ts';

/**
 * A thing whose fields are worked out when asked for: a row of a table. Everything else a template meets is plain
 * JSON-like data.
 */
export interface TemplateObject {
  /** The value of `.name`, or of `.name word`. Undefined: there is no such field. */
  templateField(name: string, args: readonly unknown[]): unknown;
  /** For `{{json .}}`. */
  toJSON(): unknown;
}

export function isTemplateObject(value: unknown): value is TemplateObject {
  return typeof value === 'object' && value !== null && 'templateField' in value;
}

/** `.name` of a value. A map answers nothing for a key it lacks; an object with Go's field names refuses, as a struct does. */
export function fieldOf(value: unknown, name: string, args: readonly unknown[]): unknown {
  if (isTemplateObject(value)) {
    const found = value.templateField(name, args);
    if (found === undefined) throw executing(name, `can't evaluate field ${name}`);
    return found;
  }
  if (value === null || value === undefined) {
    if (value === null) throw executing(name, `nil data; no entry for key ${JSON.stringify(name)}`);
    return undefined;
  }
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw executing(name, `can't evaluate field ${name} in type ${goType(value)}`);
  }
  if (args.length > 0) throw executing(name, `${name} has arguments but cannot be invoked as function`);
  if (Object.hasOwn(value, name)) return (value as Record<string, unknown>)[name];
  if (looksLikeStruct(value)) throw executing(name, `map has no entry for key ${JSON.stringify(name)}`);
  return undefined;
}

/** Whether `if`, `and`, `or` and `not` take it for true: anything but zero, nil, false and the empty. */
export function isTrue(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (typeof value === 'object' && value !== null && !isTemplateObject(value)) {
    return Object.keys(value).length > 0;
  }
  return Boolean(value);
}

/** The name Go's messages give to a value's type. */
export function goType(value: unknown): string {
  if (typeof value === 'string') return 'string';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float64';
  if (typeof value === 'boolean') return 'bool';
  if (Array.isArray(value)) return '[]interface {}';
  return 'map[string]interface {}';
}

export function executing(expression: string, problem: string): Error {
  return templateError(`executing "" at <.${expression}>: ${problem}`);
}

/** Docker's documents name their fields in capitals; the keys of labels, networks and ports are the user's. */
function looksLikeStruct(value: object): boolean {
  const keys = Object.keys(value);
  return keys.length > 0 && keys.every((key) => /^[A-Z][A-Za-z0-9]*$/.test(key));
}
