import { rmdirSync, unlinkSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { CommitOptions } from '../../engine/container-files.ts';
import type { CallOptions } from '../../engine/operation.ts';
import type { ImageConfig } from '../../oci/image-config.ts';
import { newTag } from '../../oci/new-name.ts';
import { chainId } from '../../oci/sha256.ts';
import { cgroupMode } from '../host/cgroups/cgroup-mode.ts';
import { copyTree } from '../host/copy-tree.ts';
import { randomHex } from '../host/random-hex.ts';
import { removeTree } from '../host/remove-tree.ts';
import { isErrno } from '../host/system-error.ts';
import { applyChanges } from '../images/apply-changes.ts';
import type { Image } from '../images/image-store.ts';
import { layerFolder } from '../images/layer-folder.ts';
import { unpackedLayer, writeImage } from '../images/write-image.ts';
import { hashLayer, type LayerTarInfo } from '../layers/diff-layer.ts';
import { pathOf } from '../layers/tar/byte-string.ts';
import type { Lease } from '../metadata/metadata.ts';
import { eventOf } from './change-record.ts';
import { committedConfig } from './committed-config.ts';
import { containerChanges } from './container-changes.ts';
import { type ContainerContext, snapshotKey } from './container-context.ts';
import type { ContainerRecord } from './container-record.ts';
import { findContainer, noSuchContainer } from './find-container.ts';
import { lockContainer } from './lock-container.ts';
import { settleLocked } from './settle.ts';

/** The port's `commit`. What `changes` say is checked before anything is frozen or copied. */
export async function commitContainer(
  context: ContainerContext,
  idOrName: string,
  options: CallOptions & CommitOptions = {},
): Promise<string> {
  const { signal } = options;
  const { id } = findContainer(context, idOrName);
  using _lock = await lockContainer(context, id, signal);
  const record = await settleLocked(context, id);
  if (record === undefined) throw noSuchContainer(idOrName);
  const images = await context.images();
  const base = images.resolve(record.imageId);
  const config = applyChanges(committedConfig(record, base.config.config ?? {}), options.changes ?? []);
  const references = options.reference === undefined ? [] : [newTag(options.reference)];

  using lease = context.metadata.leases.acquire(`commit ${id.slice(0, 12)}`);
  const layer = await makeLayer(context, record, base, lease, options);
  const created = new Date().toISOString();
  const image: ImageConfig = {
    created,
    ...(options.author !== undefined && { author: options.author }),
    ...platformOf(base.config),
    config,
    rootfs: { type: 'layers', diff_ids: [...base.diffIds, layer.diffId] },
    history: [
      ...(base.config.history ?? []),
      {
        created,
        created_by: record.process.args.join(' '),
        ...(options.author !== undefined && { author: options.author }),
        ...(options.message !== undefined && { comment: options.message }),
      },
    ],
  };
  const layers = [...(await images.manifest(base.id)).layers, unpackedLayer(layer)];
  const manifest = await writeImage(await context.content(), lease, image, layers);
  await (await context.snapshots()).flush();
  signal?.throwIfAborted();
  const made = await images.record({ manifest, references, event: 'image.committed' });
  context.metadata.journal.append({
    type: 'container.committed',
    ...eventOf(record),
    imageId: made.id,
    imageName: references[0],
    comment: options.message ?? '',
  });
  return made.id;
}

/** A copy of the container's own layer as a snapshot of its own, upon the image's. */
async function makeLayer(
  context: ContainerContext,
  record: ContainerRecord,
  base: Image,
  lease: Lease,
  { pause = true, signal }: CallOptions & CommitOptions,
): Promise<LayerTarInfo> {
  const snapshots = await context.snapshots();
  const key = `commit-${randomHex(8)}`;
  lease.protect({ kind: 'snapshot', key });
  await snapshots.prepare(key, base.topChainId);
  try {
    const target = snapshots.layerDir(key);
    if (snapshots.name === 'copy') await empty(target);
    const stubs = await frozen(context, record, pause, async () => {
      await copyTree(snapshots.layerDir(snapshotKey(record.id)), target, signal);
      return (await containerChanges(context, record.id)).stubs;
    });
    for (const stub of stubs.toReversed()) removeEmpty(join(target, '/'), stub);
    const layer = await hashLayer(layerFolder(snapshots, key), signal);
    const name = chainId(base.topChainId, layer.diffId);
    lease.protect({ kind: 'snapshot', key: name });
    await snapshots.commit(key, name, layer.usage);
    return layer;
  } catch (error) {
    if (snapshots.has(key)) await snapshots.remove(key);
    throw error;
  }
}

/** We hold the container's lock: it is frozen past its record, which goes on to say that it runs. */
async function frozen<T>(
  context: ContainerContext,
  record: ContainerRecord,
  pause: boolean,
  work: () => Promise<T>,
): Promise<T> {
  // Where nothing can be frozen it is taken as it is.
  if (!pause || record.state !== 'running' || cgroupMode() === 'none') return work();
  const runtime = await context.runtime();
  await runtime.pause(record.id);
  try {
    return await work();
  } finally {
    await runtime.resume(record.id);
  }
}

async function empty(dir: string): Promise<void> {
  for (const name of await readdir(dir)) await removeTree(join(dir, name));
}

/** In a copy nobody else writes to. */
function removeEmpty(dir: string, path: string): void {
  const at = pathOf(Buffer.from(dir).toString('latin1') + path);
  try {
    unlinkSync(at);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return;
    if (!isErrno(error, 'EISDIR', 'EPERM')) throw error;
    rmdirSync(at);
  }
}

function platformOf({ os, architecture, variant }: ImageConfig) {
  return { os, architecture, ...(variant !== undefined && { variant }) };
}
