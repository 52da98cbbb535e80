import { chainId } from '../../../oci/sha256.ts';
import { pathBytes } from '../../host/path-text.ts';
import { layerFolder } from '../../images/layer-folder.ts';
import { growingLayer } from '../../layers/growing-layer.ts';
import { type ByteString, byteString } from '../../layers/tar/byte-string.ts';
import { Pacer } from '../tree/pacer.ts';
import type { BuildSession } from './build-session.ts';
import type { CachedLayer } from './cache-records.ts';
import { clampTimes } from './clamp-times.ts';
import { openLayer } from './open-layer.ts';
import type { StageState } from './stage-state.ts';
import type { LayerTarget } from './step-work.ts';

/**
 * Makes a layer on top of `parent`: a writable snapshot, filled by `write`, named by its content. Undefined when
 * `write` says that it changed nothing. Nothing is left of it on failure.
 */
export async function makeLayer(
  session: BuildSession,
  parent: StageState,
  write: (target: LayerTarget) => Promise<boolean>,
): Promise<CachedLayer | undefined> {
  const { snapshots } = session.services;
  await using layer = await openLayer(session, parent);
  const folder = layerFolder(snapshots, layer.key);
  using growing = growingLayer(folder, session.signal);
  // Times are clamped, and copies compared, when all is there.
  const isReadAhead = session.epochSeconds === undefined && folder.baseDir === undefined;
  const folderDone = (path: string): void => growing.folderDone(bytesOf(path));
  if (!(await write(isReadAhead ? { ...layer, folderDone } : layer))) return undefined;
  if (session.epochSeconds !== undefined) {
    await clampTimes(layer.upperDir, session.epochSeconds, new Pacer(session.signal));
  }
  session.signal.throwIfAborted();
  const { diffId, tarBytes, usage } = await growing.finish();
  const name = chainId(parent.chainId, diffId);
  session.lease.protect({ kind: 'snapshot', key: name });
  await snapshots.commit(layer.key, name, usage);
  return { diffId, chainId: name, tarBytes };
}

function bytesOf(path: string): ByteString {
  const bytes = pathBytes(path);
  return typeof bytes === 'string' ? byteString(bytes) : bytes.toString('latin1');
}
