import { chainId } from '../../../oci/sha256.ts';
import { removeTree } from '../../host/remove-tree.ts';
import { layerFolder } from '../../images/layer-folder.ts';
import { hashLayer } from '../../layers/diff-layer.ts';
import { LayeredTree } from '../tree/layered-tree.ts';
import type { BuildSession } from './build-session.ts';
import type { CachedLayer } from './cache-records.ts';
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
  const workspace = await session.workspace();
  const key = workspace.snapshotKey();
  const scratchDir = workspace.scratchDir();
  session.lease.protect({ kind: 'snapshot', key });
  const plan = await snapshots.prepare(key, parent.chainId);
  try {
    const upperDir = snapshots.layerDir(key);
    const tree = new LayeredTree(plan, 'this stage');
    if (!(await write({ plan, tree, upperDir, scratchDir }))) {
      await snapshots.remove(key);
      return undefined;
    }
    session.signal.throwIfAborted();
    const { diffId, tarBytes } = await hashLayer(layerFolder(snapshots, key), session.signal);
    const name = chainId(parent.chainId, diffId);
    session.lease.protect({ kind: 'snapshot', key: name });
    await snapshots.commit(key, name);
    return { diffId, chainId: name, tarBytes };
  } catch (error) {
    if (snapshots.has(key)) await snapshots.remove(key);
    throw error;
  } finally {
    await removeTree(scratchDir);
  }
}
