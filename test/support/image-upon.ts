import type { CoreServices } from '../../src/core/core-services.ts';
import type { Image } from '../../src/core/images/image-store.ts';
import { unpackedLayer, writeImage } from '../../src/core/images/write-image.ts';
import { hashLayer } from '../../src/core/layers/diff-layer.ts';
import { canonicalize } from '../../src/oci/reference.ts';
import { chainId } from '../../src/oci/sha256.ts';
import type { BusyboxSketch } from './busybox-image.ts';

/** Records an image of another's files and a layer of a few of its own: quicker than one with a root of its own. */
export async function imageUpon(core: CoreServices, base: Image, sketch: BusyboxSketch): Promise<Image> {
  using lease = core.metadata.leases.acquire('test');
  const { name = 'upon' } = sketch;
  const key = `test-${name}-${Math.random()}`;
  lease.protect({ kind: 'snapshot', key });
  await core.snapshots.prepare(key, base.topChainId);
  sketch.prepare?.(core.snapshots.layerDir(key));
  const layer = await hashLayer(core.snapshots.layerDir(key));
  const top = chainId(base.topChainId, layer.diffId);
  lease.protect({ kind: 'snapshot', key: top });
  await core.snapshots.commit(key, top);
  const { layers } = await core.images.manifest(base.id);
  const config = {
    ...base.config,
    config: { Cmd: ['sh'], ...sketch.config },
    rootfs: { type: 'layers' as const, diff_ids: [...base.diffIds, layer.diffId] },
  };
  const manifest = await writeImage(core.content, lease, config, [...layers, unpackedLayer(layer)]);
  return core.images.record({ manifest, references: [canonicalize(name)], event: 'image.built' });
}
