import { type Digest, isDigest, parseImageId } from '../../oci/digest.ts';
import { unknownTime } from './image-records.ts';
import type { ImageOutline } from './image-store.ts';

/**
 * An image from the summary the database keeps of its record (`metadata/schema.ts`). Undefined: it is not what we wrote,
 * and the record is to be asked.
 */
export function outlineOf(summary: unknown): ImageOutline | undefined {
  if (!Array.isArray(summary)) return undefined;
  const [id, digest, references, repoDigests, created, sizeBytes, os, architecture, variant, labels] =
    summary as readonly unknown[];
  const isSound =
    typeof id === 'string' &&
    typeof digest === 'string' &&
    isDigest(digest) &&
    areTexts(references) &&
    areTexts(repoDigests) &&
    isMissingOr('string', created) &&
    isMissingOr('number', sizeBytes) &&
    typeof os === 'string' &&
    typeof architecture === 'string' &&
    isMissingOr('string', variant) &&
    typeof labels === 'object';
  if (!isSound) return undefined;
  return {
    id: parseImageId(id),
    manifestDigest: digest as Digest,
    references,
    repoDigests,
    createdAt: (created as string | null) ?? unknownTime,
    sizeBytes: (sizeBytes as number | null) ?? 0,
    config: {
      os,
      architecture,
      ...(variant !== null && { variant: variant as string }),
      ...(labels !== null && { config: { Labels: labels as Readonly<Record<string, string>> } }),
    },
  };
}

function areTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((text) => typeof text === 'string');
}

function isMissingOr(type: 'string' | 'number', value: unknown): boolean {
  return value === null || typeof value === type;
}
