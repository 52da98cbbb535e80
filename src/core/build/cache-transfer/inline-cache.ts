import { decodeImageConfig } from '../../../oci/decode-image-config.ts';
import { decodeObject } from '../../../oci/decode-json.ts';
import type { Manifest } from '../../../oci/manifest.ts';
import { chainIds } from '../../../oci/sha256.ts';
import type { CacheRecord } from '../solver/cache-records.ts';
import type { StageState } from '../solver/stage-state.ts';
import { decodeRecords, encodeRecords, type RemoteCache } from './cache-document.ts';

/** Where BuildKit keeps the cache of an image in its config: base64 of JSON. */
const field = 'moby.buildkit.cache.v0';

/** What `type=inline` adds to the config of an image: which steps made its layers. */
export function inlineCache(
  { layers }: StageState,
  records: ReadonlyMap<string, CacheRecord>,
): Readonly<Record<string, string>> {
  const chains = chainIds(layers.map(({ diffId }) => diffId));
  const indexes = new Map(chains.map((chain, index) => [chain, index]));
  const encoded = encodeRecords(records, (chain) => indexes.get(chain));
  return { [field]: Buffer.from(JSON.stringify(encoded)).toString('base64') };
}

/** The cache in an image. Undefined: there is none in it. Throws `corrupt` / `bad-document`. */
export function readInlineCache(config: Uint8Array, { layers: blobs }: Manifest): RemoteCache | undefined {
  const text = decodeObject(config, 'image config')[field];
  if (typeof text !== 'string') return undefined;
  const { diff_ids: diffIds } = decodeImageConfig(config).rootfs;
  const chains = chainIds(diffIds);
  const layers = blobs.flatMap((blob, index) => {
    const diffId = diffIds[index];
    const chainId = chains[index];
    return diffId === undefined || chainId === undefined ? [] : [{ diffId, chainId, blob }];
  });
  const { list } = decodeObject(
    Buffer.from(`{"list":${Buffer.from(text, 'base64').toString('utf8')}}`),
    'inline cache',
  );
  return { layers, records: decodeRecords(Array.isArray(list) ? list : [], layers.length) };
}
