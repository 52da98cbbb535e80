import { decodeDescriptor } from '../../../oci/decode-descriptor.ts';
import {
  asObject,
  badDocument,
  decodeObject,
  optionalCount,
  optionalList,
  optionalString,
  requiredString,
} from '../../../oci/decode-json.ts';
import type { Descriptor } from '../../../oci/descriptor.ts';
import { type ChainId, type DiffId, digestHex, parseChainId, parseDiffId } from '../../../oci/digest.ts';
import { isTimestamp } from '../../../oci/timestamp.ts';
import type { CacheRecord } from '../solver/cache-records.ts';

/** A layer of a cache that is elsewhere: which it is, and its blob there. */
export interface RemoteLayer {
  readonly diffId: DiffId;
  readonly chainId: ChainId;
  readonly blob: Descriptor;
}

/** What a step came to in another build. */
export interface RemoteRecord {
  readonly description: string;
  readonly createdAt: string;
  /** Which of the layers. */
  readonly layer: number | undefined;
}

/** A cache that is elsewhere: records by cache key, 64 hexadecimal digits. */
export interface RemoteCache {
  readonly layers: readonly RemoteLayer[];
  readonly records: ReadonlyMap<string, RemoteRecord>;
}

/** Media types of a cache by itself: a manifest with this config, and the layers as its layers. */
export const cacheTypes = {
  artifact: 'application/vnd.gantry.build-cache.v1',
  config: 'application/vnd.gantry.build-cache.config.v1+json',
} as const;

const what = 'build cache';
const mostEntries = 100_000;
/** Of the history's words for a step: a Dockerfile is no longer. */
const mostCharacters = 16 << 20;

/**
 * Records in the form BuildKit gives them in an image's config (`moby.buildkit.cache.v0`): the key as a digest, and which
 * of the layers it is. What only we know stands in a field of its own, so that each passes over the other's records.
 */
export function encodeRecords(
  records: ReadonlyMap<string, CacheRecord>,
  indexOf: (chainId: ChainId) => number | undefined,
): readonly object[] {
  return [...records]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([key, { description, createdAt, layer }]) => {
      const index = layer && indexOf(layer.chainId);
      if (layer !== undefined && index === undefined) return [];
      const own = { description, createdAt, ...(layer && { tarBytes: layer.tarBytes }) };
      const layers = index === undefined ? {} : { layers: [{ layer: index, createdAt }] };
      return [{ digest: `sha256:${key}`, ...layers, gantry: own }];
    });
}

/** Records of others, and of us with what cannot be, are passed over; sizes are nobody's word, and not read. Throws `corrupt` / `bad-document`. */
export function decodeRecords(list: readonly unknown[], layers: number): ReadonlyMap<string, RemoteRecord> {
  if (list.length > mostEntries) throw badDocument(what, `more than ${mostEntries} records`);
  const records = new Map<string, RemoteRecord>();
  for (const value of list) {
    const object = asObject(value, what);
    if (object['gantry'] === undefined) continue;
    const own = asObject(object['gantry'], what);
    const key = digestHex(requiredString(object, 'digest', what));
    const [result] = optionalList(object, 'layers', what) ?? [];
    const index = result === undefined ? undefined : optionalCount(asObject(result, what), 'layer', what);
    const description = optionalString(own, 'description', what) ?? '';
    const createdAt = requiredString(own, 'createdAt', what);
    if (!/^[0-9a-f]{64}$/.test(key) || (index !== undefined && index >= layers)) continue;
    if (!isTimestamp(createdAt) || description.length > mostCharacters) continue;
    records.set(key, {
      description,
      createdAt,
      layer: index,
    });
  }
  return records;
}

/** The config of a cache by itself. */
export function encodeCache(layers: readonly RemoteLayer[], records: readonly object[]): Uint8Array {
  return Buffer.from(JSON.stringify({ layers, records }));
}

/** Throws `corrupt` / `bad-document`. */
export function decodeCache(bytes: Uint8Array): RemoteCache {
  const object = decodeObject(bytes, what, bytes.length);
  const listed = optionalList(object, 'layers', what) ?? [];
  if (listed.length > mostEntries) throw badDocument(what, `more than ${mostEntries} layers`);
  const layers = listed.map((value): RemoteLayer => {
    const layer = asObject(value, what);
    const { mediaType, digest, size } = decodeDescriptor(layer['blob'], what);
    return {
      diffId: parseDiffId(requiredString(layer, 'diffId', what)),
      chainId: parseChainId(requiredString(layer, 'chainId', what)),
      blob: { mediaType, digest, size },
    };
  });
  return { layers, records: decodeRecords(optionalList(object, 'records', what) ?? [], layers.length) };
}
