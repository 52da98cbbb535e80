import type { CacheTarget } from '../../../engine/builds.ts';
import type { ChainId, DiffId } from '../../../oci/digest.ts';
import type { Manifest } from '../../../oci/manifest.ts';
import { mediaTypes } from '../../../oci/media-types.ts';
import { chainIds, sha256 } from '../../../oci/sha256.ts';
import { layerFolder } from '../../images/layer-folder.ts';
import { ensureLayerBlob } from '../../layers/layer-blob.ts';
import { limiter } from '../../transfer/limiter.ts';
import type { BuildSession } from '../solver/build-session.ts';
import type { StageState } from '../solver/stage-state.ts';
import { cacheTypes, encodeCache, encodeRecords, type RemoteLayer } from './cache-document.ts';
import { openCachePlace } from './cache-place.ts';

const parallelBlobs = 4;

/**
 * `--cache-to`: writes the records of a build and their layers elsewhere. `min` takes the layers of the image, `max` those
 * of all stages. The manifest comes last: a cache is the old one or the new one.
 */
export async function exportCache(
  session: BuildSession,
  state: StageState,
  target: Exclude<CacheTarget, { type: 'inline' }>,
): Promise<void> {
  const { services, lease, signal } = session;
  const place = await openCachePlace(session, target, 'push');
  const records = session.cache.records();
  const ours = new Set(chainIds(state.layers.map(({ diffId }) => diffId)));
  const wanted = new Map<ChainId, DiffId>();
  for (const { layer } of records.values()) {
    if (layer !== undefined && (target.mode === 'max' || ours.has(layer.chainId))) {
      wanted.set(layer.chainId, layer.diffId);
    }
  }
  const limit = limiter(parallelBlobs);
  const layers = await Promise.all(
    [...wanted].map(([chainId, diffId]) =>
      limit(async (): Promise<RemoteLayer> => {
        const folder = layerFolder(services.snapshots, chainId);
        const blob = await ensureLayerBlob(services, { diffId, folder, lease, signal });
        await place.put(blob);
        return { diffId, chainId, blob };
      }),
    ),
  );
  const indexes = new Map(layers.map(({ chainId }, index) => [chainId, index]));
  const bytes = encodeCache(
    layers,
    encodeRecords(records, (chainId) => indexes.get(chainId)),
  );
  const config = { mediaType: cacheTypes.config, digest: sha256(bytes), size: bytes.length };
  lease.protect({ kind: 'content', key: config.digest });
  await services.content.put(bytes);
  await place.put(config);
  const blobs = new Map(layers.map(({ blob }) => [blob.digest, blob]));
  const manifest: Manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    artifactType: cacheTypes.artifact,
    config,
    layers: [...blobs.values()],
  };
  const document = Buffer.from(JSON.stringify(manifest));
  await place.putManifest(document, sha256(document));
}
