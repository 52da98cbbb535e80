import { isErrorKind } from '../../base/is-error-code.ts';
import type { Collection } from '../metadata/metadata.ts';

/** The records that can be read; damaged ones are another check's matter. */
export function* soundEntries<T>(
  collection: Collection<T>,
  prefix?: string,
): Generator<readonly [key: string, value: T]> {
  for (const key of collection.keys(prefix)) {
    const value = readSound(collection, key);
    if (value !== undefined) yield [key, value];
  }
}

/** One of them; undefined when it is not there or damaged. */
export function readSound<T>(collection: Collection<T>, key: string): T | undefined {
  try {
    return collection.get(key);
  } catch (error) {
    if (isErrorKind(error, 'corrupt')) return undefined;
    throw error;
  }
}

/** Whether it is there and cannot be read. */
export function isDamaged(collection: Collection<unknown>, key: string): boolean {
  return collection.has(key) && readSound(collection, key) === undefined;
}
