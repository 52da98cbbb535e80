import { GantryError } from '../base/gantry-error.ts';

/** A JSON object of unknown content. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Above this no manifest, index or config is read (distribution-spec: registries need not take more than 4 MiB). */
export const documentLimitBytes = 4 * 1024 * 1024;

/**
 * Parses an untrusted JSON document that must be an object. `what` names it in errors (`corrupt` / `bad-document`):
 * too long, not UTF-8, not JSON, not an object.
 */
export function decodeObject(bytes: Uint8Array, what: string, limitBytes = documentLimitBytes): JsonObject {
  if (bytes.byteLength > limitBytes) throw badDocument(what, `larger than ${limitBytes} bytes`);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (cause) {
    throw badDocument(what, 'not JSON', cause);
  }
  return asObject(value, what);
}

export function badDocument(what: string, why: string, cause?: unknown): GantryError {
  return new GantryError({
    kind: 'corrupt',
    code: 'bad-document',
    message: `invalid ${what}: ${why}`,
    cause,
  });
}

export function asObject(value: unknown, what: string): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw badDocument(what, 'not an object');
  return value as JsonObject;
}

/**
 * Refuses keys that other readers would take for one of `known` because they ignore case (Go does): two readers of
 * one document must not see different things.
 */
export function refuseAmbiguousKeys(object: JsonObject, known: readonly string[], what: string): void {
  for (const key of Object.keys(object)) {
    const twin = known.find((name) => name.toLowerCase() === key.toLowerCase());
    if (twin !== undefined && twin !== key)
      throw badDocument(what, `key ${JSON.stringify(key)} looks like "${twin}"`);
  }
}

/** Absent, null and the empty string are the same thing in Go's documents: undefined here. */
export function optionalString(object: JsonObject, key: string, what: string): string | undefined {
  const value = object[key];
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string') throw badDocument(what, `"${key}" is not a string`);
  return value;
}

export function requiredString(object: JsonObject, key: string, what: string): string {
  const value = optionalString(object, key, what);
  if (value === undefined) throw badDocument(what, `"${key}" is missing`);
  return value;
}

/** An integer from 0 to 2^53-1. */
export function optionalCount(object: JsonObject, key: string, what: string): number | undefined {
  const value = object[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw badDocument(what, `"${key}" is not a whole number`);
  }
  return value;
}

/** Null is as good as absent. */
export function optionalStrings(
  object: JsonObject,
  key: string,
  what: string,
): readonly string[] | undefined {
  const value = object[key];
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) {
    throw badDocument(what, `"${key}" is not a list of strings`);
  }
  return value;
}

export function optionalStringMap(
  object: JsonObject,
  key: string,
  what: string,
): Readonly<Record<string, string>> | undefined {
  const value = object[key];
  if (value === undefined || value === null) return undefined;
  const entries = Object.entries(asObject(value, `${what} "${key}"`));
  if (!entries.every(([, text]) => typeof text === 'string'))
    throw badDocument(what, `"${key}" has a value that is no string`);
  return Object.fromEntries(entries) as Record<string, string>;
}

/** A Go set: an object whose values do not matter. */
export function optionalSet(
  object: JsonObject,
  key: string,
  what: string,
): Readonly<Record<string, Record<string, never>>> | undefined {
  const value = object[key];
  if (value === undefined || value === null) return undefined;
  return Object.fromEntries(Object.keys(asObject(value, `${what} "${key}"`)).map((name) => [name, {}]));
}

export function optionalList(object: JsonObject, key: string, what: string): readonly unknown[] | undefined {
  const value = object[key];
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value)) throw badDocument(what, `"${key}" is not a list`);
  return value;
}

/** Leaves out what is undefined: exact optional properties want absence. */
export function compact<T extends object>(object: { readonly [K in keyof T]: T[K] | undefined }): T {
  const result: Record<string, unknown> = {};
  for (const key in object) if (object[key] !== undefined) result[key] = object[key];
  return result as T;
}
