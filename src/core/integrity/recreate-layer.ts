import type { Descriptor } from '../../oci/descriptor.ts';
import { randomHex } from '../host/random-hex.ts';
import { applyLayer } from '../layers/apply-layer.ts';
import type { AppliedLayer } from '../layers/layer-io.ts';
import type { Lease } from '../metadata/metadata.ts';
import { unpackInto } from '../transfer/unpack-layers.ts';
import type { KnownLayer } from './known-layers.ts';
import type { CheckContext } from './problem.ts';

/** The first of a layer's blobs that is here, and is not known to be altered. */
export function storedBlob(
  { services, alteredBlobs }: CheckContext,
  { blobs }: KnownLayer,
): Descriptor | undefined {
  return blobs.find(({ digest }) => services.content.has(digest) && !alteredBlobs.has(digest));
}

/**
 * Unpacks a layer anew and puts it where it belongs, in the place of what is there; unless `requireUnused`, called in the
 * transaction that does it, throws. On the disk when it resolves.
 */
export async function unpackAgain(
  context: CheckContext,
  layer: KnownLayer,
  requireUnused: (ownLease: Lease) => void,
): Promise<void> {
  const { snapshots } = context.services;
  await unpackAside(context, layer, async (key, applied, lease) => {
    await snapshots.commit(key, layer.chainId, applied, { replace: () => requireUnused(lease) });
  });
  await snapshots.flush();
}

/** Unpacks a layer beside the one that is there, looks at its folder, and removes it again. */
export async function withUnpacked<T>(
  context: CheckContext,
  layer: KnownLayer,
  look: (dir: string) => T,
): Promise<T> {
  const { snapshots } = context.services;
  return unpackAside(context, layer, async (key) => {
    const seen = look(snapshots.layerDir(key));
    await snapshots.remove(key);
    return seen;
  });
}

async function unpackAside<T>(
  context: CheckContext,
  layer: KnownLayer,
  use: (key: string, applied: AppliedLayer, lease: Lease) => Promise<T>,
): Promise<T> {
  const { services, signal } = context;
  const { snapshots, content, metadata } = services;
  const blob = storedBlob(context, layer);
  if (blob === undefined) throw new RangeError('no blob to unpack');
  using lease = metadata.leases.acquire(`check layer ${layer.chainId}`);
  lease.protect({ kind: 'content', key: blob.digest });
  lease.protect({ kind: 'snapshot', key: layer.chainId });
  if (layer.parent !== undefined) lease.protect({ kind: 'snapshot', key: layer.parent });
  const key = `unpack-${randomHex(8)}`;
  lease.protect({ kind: 'snapshot', key });
  await snapshots.prepare(key, layer.parent);
  try {
    const applied = await unpackInto(snapshots, key, layer.parent, {
      diffId: layer.diffId,
      apply: (dir, options) => applyLayer({ path: content.path(blob.digest) }, dir, { ...options, signal }),
    });
    return await use(key, applied, lease);
  } catch (error) {
    if (snapshots.has(key)) await snapshots.remove(key);
    throw error;
  }
}
