import { GantryError } from '../../../base/gantry-error.ts';
import { largestBlobBytes } from '../../../oci/decode-descriptor.ts';
import {
  asObject,
  badDocument,
  type JsonObject,
  optionalCount,
  optionalString,
  requiredString,
} from '../../../oci/decode-json.ts';
import { type ChainId, type DiffId, parseChainId, parseDiffId } from '../../../oci/digest.ts';
import { isTimestamp } from '../../../oci/timestamp.ts';
import type { Collection, Metadata } from '../../metadata/metadata.ts';

/** The layer a step made. */
export interface CachedLayer {
  readonly diffId: DiffId;
  /** Snapshot of it and all below. */
  readonly chainId: ChainId;
  /** Bytes of its uncompressed tar. */
  readonly tarBytes: number;
}

/** What one step came to, kept by its cache key. */
export interface CacheRecord {
  /** The history's words for it. */
  readonly description: string;
  readonly createdAt: string;
  readonly lastUsedAt: string;
  /** Undefined: it changed no files. */
  readonly layer: CachedLayer | undefined;
}

/** The build cache of a root, shared by all processes. Keys are 64 hexadecimal digits. */
export function cacheRecords(metadata: Metadata): Collection<CacheRecord> {
  return metadata.collection('build-cache', decodeCacheRecord);
}

function sizeOfTar(layer: JsonObject, what: string): number {
  const sizeBytes = optionalCount(layer, 'tarBytes', what) ?? 0;
  if (sizeBytes <= largestBlobBytes) return sizeBytes;
  throw badDocument(what, `${sizeBytes} bytes are beyond any layer`);
}

function requiredTime(object: JsonObject, key: string, what: string): string {
  const text = requiredString(object, key, what);
  if (isTimestamp(text)) return text;
  throw badDocument(what, `"${key}" is no time`);
}

function decodeCacheRecord(document: unknown, key: string): CacheRecord {
  const what = `build cache record ${key}`;
  if (!/^[0-9a-f]{64}$/.test(key)) {
    throw new GantryError({ kind: 'corrupt', code: 'record-corrupt', message: `${what} has a bad key` });
  }
  const object = asObject(document, what);
  const layer = object['layer'] === undefined ? undefined : asObject(object['layer'], what);
  return {
    description: optionalString(object, 'description', what) ?? '',
    createdAt: requiredTime(object, 'createdAt', what),
    lastUsedAt: requiredTime(object, 'lastUsedAt', what),
    layer: layer && {
      diffId: parseDiffId(requiredString(layer, 'diffId', what)),
      chainId: parseChainId(requiredString(layer, 'chainId', what)),
      tarBytes: sizeOfTar(layer, what),
    },
  };
}
