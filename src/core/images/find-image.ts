import { GantryError } from '../../base/gantry-error.ts';
import { type ImageId, parseImageId } from '../../oci/digest.ts';
import {
  canonicalReference,
  familiarReference,
  parseReference,
  repositoryName,
  withDefaultTag,
} from '../../oci/reference.ts';
import type { ImageRecords } from './image-records.ts';

/** How an image was found: by one of its names, or by its ID or the beginning of it. */
export type FoundImage =
  | { readonly id: ImageId; readonly by: 'name'; readonly name: string }
  | { readonly id: ImageId; readonly by: 'id' };

/**
 * Finds an image as Docker does: a whole ID first, then a name (`:latest` when neither tag nor digest is given), then
 * the beginning of an ID. Throws `invalid` / `ambiguous-id` when several IDs begin so, and `bad-reference`.
 */
export function findImage(records: ImageRecords, reference: string): FoundImage | undefined {
  return findBaseImage(records, reference) ?? findByBareDigits(records, reference);
}

/**
 * As {@link findImage} but for the beginning of an ID without `sha256:` before it: in a Dockerfile a word like `a` or
 * `bad` is a name, and never whatever image happens to be here.
 */
export function findBaseImage(records: ImageRecords, reference: string): FoundImage | undefined {
  const hex = /^(?:sha256:)?([a-f0-9]{64})$/.exec(reference)?.[1];
  if (hex !== undefined) {
    const id = parseImageId(`sha256:${hex}`);
    return records.images.has(id) ? { id, by: 'id' } : undefined;
  }
  // `sha256:abc` reads as a name with a tag as well; nobody means that.
  const prefix = /^sha256:([a-f0-9]{1,63})$/.exec(reference)?.[1];
  return prefix === undefined ? findName(records, reference) : findByPrefix(records, prefix);
}

/** As Docker says it, with the tag it looked for, unless another way to call it is given. */
export function noSuchImage(reference: string, called = displayName(reference)): GantryError {
  return new GantryError({
    kind: 'not-found',
    code: 'image-not-found',
    message: `No such image: ${called}`,
    details: { reference },
  });
}

function findByBareDigits(records: ImageRecords, reference: string): FoundImage | undefined {
  return /^[a-f0-9]{1,63}$/.test(reference) ? findByPrefix(records, reference) : undefined;
}

function findName(records: ImageRecords, text: string): FoundImage | undefined {
  const parsed = withDefaultTag(parseReference(text));
  // With a digest, the tag beside it says nothing.
  const name =
    parsed.digest === undefined ? canonicalReference(parsed) : `${repositoryName(parsed)}@${parsed.digest}`;
  const id = records.names.get(name);
  return id === undefined ? undefined : { id, by: 'name', name };
}

function findByPrefix(records: ImageRecords, prefix: string): FoundImage | undefined {
  const ids = [...records.images.entries(`sha256:${prefix}`)].map(([id]) => id);
  if (ids.length > 1) {
    throw new GantryError({
      kind: 'invalid',
      code: 'ambiguous-id',
      message: `multiple IDs found with provided prefix: ${prefix}`,
      hint: 'Write more digits of the ID.',
      details: { ids },
    });
  }
  return ids[0] === undefined ? undefined : { id: parseImageId(ids[0]), by: 'id' };
}

function displayName(reference: string): string {
  try {
    return familiarReference(withDefaultTag(parseReference(reference)));
  } catch {
    return reference;
  }
}
