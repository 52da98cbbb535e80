import type { CoreServices } from '../../src/core/core-services.ts';
import type { Image } from '../../src/core/images/image-store.ts';
import { unpackedLayer, writeImage } from '../../src/core/images/write-image.ts';
import { hashLayer } from '../../src/core/layers/diff-layer.ts';
import type { ContainerConfig } from '../../src/oci/image-config.ts';
import { canonicalize } from '../../src/oci/reference.ts';
import { chainId } from '../../src/oci/sha256.ts';
import { makeBusyboxRoot } from './busybox-root.ts';

export interface BusyboxSketch {
  readonly name?: string;
  readonly config?: ContainerConfig;
  /** Adds or changes files below the image's root before it becomes a layer. */
  readonly prepare?: (root: string) => void;
}

/** Records an image of one layer with the host's static busybox, every applet in it. */
export async function busyboxImage(core: CoreServices, sketch: BusyboxSketch = {}): Promise<Image> {
  using lease = core.metadata.leases.acquire('test');
  const { name = 'busybox' } = sketch;
  const key = `test-${name}`;
  lease.protect({ kind: 'snapshot', key });
  await core.snapshots.prepare(key, undefined);
  makeBusyboxRoot(core.snapshots.layerDir(key));
  sketch.prepare?.(core.snapshots.layerDir(key));
  const layer = await hashLayer(core.snapshots.layerDir(key));
  await core.snapshots.commit(key, chainId(undefined, layer.diffId));
  const manifest = await writeImage(
    core.content,
    lease,
    {
      created: '2026-01-01T00:00:00Z',
      architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
      os: 'linux',
      config: { Cmd: ['sh'], ...sketch.config },
      rootfs: { type: 'layers', diff_ids: [layer.diffId] },
    },
    [unpackedLayer(layer)],
  );
  return core.images.record({ manifest, references: [canonicalize(name)], event: 'image.built' });
}
