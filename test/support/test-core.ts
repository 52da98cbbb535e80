import { openContentStore } from '../../src/core/content/open-content-store.ts';
import type { CoreServices } from '../../src/core/core-services.ts';
import { engineDirs } from '../../src/core/engine-dirs.ts';
import type { Image } from '../../src/core/images/image-store.ts';
import { openImageStore } from '../../src/core/images/open-image-store.ts';
import { unpackedLayer, writeImage } from '../../src/core/images/write-image.ts';
import { applyLayer } from '../../src/core/layers/apply-layer.ts';
import { hashLayer, type LayerTarInfo } from '../../src/core/layers/diff-layer.ts';
import { openMetadata } from '../../src/core/metadata/open-metadata.ts';
import { ensureDirs } from '../../src/core/open-dirs.ts';
import { openSnapshotter } from '../../src/core/snapshots/open-snapshotter.ts';
import type { ChainId } from '../../src/oci/digest.ts';
import type { ContainerConfig } from '../../src/oci/image-config.ts';
import { canonicalize } from '../../src/oci/reference.ts';
import { chainId } from '../../src/oci/sha256.ts';
import { makeTar, type TarMember } from './tar-fixture.ts';
import { tempFolder } from './temp-folder.ts';

/** The stores of an engine of its own, in a folder that is gone with its block. */
export interface TestCore extends CoreServices, Disposable {
  /** For another process to open the same stores. */
  readonly root: string;
}

export function testCore(): TestCore {
  const folder = tempFolder();
  const root = folder.at('root');
  const dirs = engineDirs(root, folder.at('root', 'run'));
  ensureDirs(dirs, process.getuid?.() ?? 0);
  const metadata = openMetadata(dirs.database);
  const content = openContentStore(dirs);
  const snapshots = openSnapshotter(dirs, metadata);
  const images = openImageStore({ metadata, content, snapshots });
  return {
    root,
    dirs,
    metadata,
    content,
    snapshots,
    images,
    [Symbol.dispose]() {
      metadata[Symbol.dispose]();
      folder[Symbol.dispose]();
    },
  };
}

export interface ImageSketch {
  readonly names?: readonly string[];
  /** One list of files a layer. */
  readonly layers?: readonly (readonly TarMember[])[];
  readonly config?: ContainerConfig;
  readonly created?: string;
}

/** Makes an image as a build does: unpacked layers that have no blob yet. */
export async function addImage(core: CoreServices, sketch: ImageSketch): Promise<Image> {
  using lease = core.metadata.leases.acquire('test');
  const made: LayerTarInfo[] = [];
  let parent: ChainId | undefined;
  for (const [at, members] of (sketch.layers ?? []).entries()) {
    const key = `test-${at}`;
    lease.protect({ kind: 'snapshot', key });
    await core.snapshots.prepare(key, parent);
    const bytes = makeTar(members);
    const source = (async function* () {
      yield bytes;
    })();
    await applyLayer(source, core.snapshots.layerDir(key), { whiteouts: 'overlay' });
    const layer = await hashLayer(core.snapshots.layerDir(key));
    parent = chainId(parent, layer.diffId);
    lease.protect({ kind: 'snapshot', key: parent });
    await core.snapshots.commit(key, parent);
    made.push(layer);
  }
  const manifest = await writeImage(
    core.content,
    lease,
    {
      created: sketch.created ?? '2024-05-01T10:00:00Z',
      architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
      os: 'linux',
      config: sketch.config ?? {},
      rootfs: { type: 'layers', diff_ids: made.map(({ diffId }) => diffId) },
      history: made.map((_, at) => ({ created: '2024-05-01T10:00:00Z', created_by: `step ${at + 1}` })),
    },
    made.map(unpackedLayer),
  );
  const references = (sketch.names ?? []).map(canonicalize);
  return core.images.record({ manifest, references, event: 'image.built' });
}
