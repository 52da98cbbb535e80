import { GantryError } from '../../../base/gantry-error.ts';
import type { CachePlaceName } from '../../../engine/builds.ts';
import type { ChainId } from '../../../oci/digest.ts';
import { chainId } from '../../../oci/sha256.ts';
import { layerFolder } from '../../images/layer-folder.ts';
import { applyLayer } from '../../layers/apply-layer.ts';
import { hashLayer } from '../../layers/diff-layer.ts';
import { rememberLayerBlobs } from '../../layers/layer-blob-records.ts';
import { type LayerToUnpack, unpackLayer } from '../../transfer/unpack-layers.ts';
import type { BuildSession } from '../solver/build-session.ts';
import type { CacheRecord } from '../solver/cache-records.ts';
import { cacheTypes, decodeCache, type RemoteCache, type RemoteLayer } from './cache-document.ts';
import { type CachePlace, cachePlaceWords, openCachePlace } from './cache-place.ts';
import { imageCache } from './image-place.ts';
import { readInlineCache } from './inline-cache.ts';
import { tellTransfer } from './tell-transfer.ts';

/** More than this is no list of steps. */
const configLimitBytes = 64 << 20;

/** Caches of other machines a build may use. */
export interface ImportedCaches {
  /** The record of a step on top of `parent`, with its layer brought here. Undefined: nobody has it. */
  find(key: string, parent: ChainId | undefined): Promise<CacheRecord | undefined>;
}

/** `--cache-from`: opened when a step is first looked for. One that cannot be read is told of and left out. */
export function importCaches(session: BuildSession, names: readonly CachePlaceName[]): ImportedCaches {
  let opened: Promise<readonly OpenCache[]> | undefined;
  const open = (): Promise<readonly OpenCache[]> =>
    Promise.all(names.map((name) => openCache(session, name))).then((caches) =>
      caches.filter((cache) => cache !== undefined),
    );
  return {
    async find(key, parent) {
      opened ??= open();
      for (const { place, cache } of await opened) {
        const record = cache.records.get(key);
        if (record === undefined) continue;
        const { description, createdAt, layer } = record;
        const found = { description, createdAt, lastUsedAt: new Date().toISOString() };
        const remote = layer === undefined ? undefined : cache.layers[layer];
        if (layer === undefined || remote === undefined) return { ...found, layer: undefined };
        const { diffId, chainId: name } = remote;
        // Who says so may be wrong, or lie: it is the layer it says, on this very parent, or nothing.
        if (chainId(parent, diffId) !== name) continue;
        let tarBytes: number;
        try {
          tarBytes = await bringLayer(session, place, remote, parent);
        } catch (error) {
          passOver(session, place.name, error);
          continue;
        }
        return { ...found, layer: { diffId, chainId: name, tarBytes } };
      }
      return undefined;
    },
  };
}

interface OpenCache {
  readonly place: Pick<CachePlace, 'name' | 'bring'>;
  readonly cache: RemoteCache;
}

async function openCache(session: BuildSession, name: CachePlaceName): Promise<OpenCache | undefined> {
  const where = cachePlaceWords(name);
  return tellTransfer(session, `importing cache manifest from ${where}`, async () => {
    try {
      // An image that is here is asked first, and no registry then, as docker does.
      const here = name.type === 'registry' ? await imageCache(session, name.reference) : undefined;
      if (here !== undefined) return here;
      const place = await openCachePlace(session, name, 'pull');
      const cache = await readCache(session, place);
      return cache && { place, cache };
    } catch (error) {
      passOver(session, where, error);
      return undefined;
    }
  });
}

/** Says why a cache does not help. Rejections of a build that was given up are thrown. */
function passOver(session: BuildSession, where: string, error: unknown): void {
  const { kind, message } = GantryError.from(error);
  if (kind === 'cancelled') throw error;
  session.emit({
    kind: 'warning',
    message: `cache of ${where} is not used: ${message}`,
    position: undefined,
  });
}

async function readCache(session: BuildSession, place: CachePlace): Promise<RemoteCache | undefined> {
  const { content } = session.services;
  const manifest = await place.readManifest();
  await place.bring(manifest.config);
  const config = await content.read(manifest.config.digest, configLimitBytes);
  if (manifest.config.mediaType === cacheTypes.config) return decodeCache(config);
  const inline = readInlineCache(config, manifest);
  if (inline !== undefined) return inline;
  session.emit({ kind: 'warning', message: `${place.name} has no cache in it`, position: undefined });
  return undefined;
}

/** Result: bytes of the layer's tar, as it is here. */
async function bringLayer(
  session: BuildSession,
  place: OpenCache['place'],
  { diffId, chainId: name, blob }: RemoteLayer,
  parent: ChainId | undefined,
): Promise<number> {
  const { services, lease, signal } = session;
  const { content, metadata, snapshots } = services;
  lease.protect({ kind: 'snapshot', key: name });
  if (snapshots.has(name)) {
    const made = await hashLayer(layerFolder(snapshots, name), signal);
    if (made.diffId === diffId) return made.tarBytes;
    throw new GantryError({
      kind: 'conflict',
      code: 'layer-not-ours',
      message: `layer ${diffId} is here from a tar of another form`,
    });
  }
  await place.bring(blob);
  const layer: LayerToUnpack = {
    diffId,
    apply: (dir, options) =>
      applyLayer({ path: content.path(blob.digest) }, dir, { ...options, knownDigest: blob.digest, signal }),
  };
  const { tarBytes } = await unpackLayer(snapshots, lease, layer, parent, name);
  rememberLayerBlobs(metadata, [diffId], [blob], new Map([[diffId, blob.digest]]));
  return tarBytes;
}
