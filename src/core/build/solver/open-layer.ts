import { removeTree } from '../../host/remove-tree.ts';
import { LayeredTree } from '../tree/layered-tree.ts';
import type { BuildSession } from './build-session.ts';
import type { StageState } from './stage-state.ts';
import type { LayerTarget } from './step-work.ts';

/** A writable layer until it is committed. Disposing removes its scratch folder, and itself if it was not. */
export interface OpenLayer extends LayerTarget, AsyncDisposable {
  /** Key of its snapshot. */
  readonly key: string;
}

export async function openLayer(session: BuildSession, parent: StageState): Promise<OpenLayer> {
  const { snapshots } = session.services;
  const workspace = await session.workspace();
  const key = workspace.snapshotKey();
  const scratchDir = workspace.scratchDir();
  session.lease.protect({ kind: 'snapshot', key });
  const plan = await snapshots.prepare(key, parent.chainId);
  return {
    key,
    plan,
    scratchDir,
    upperDir: snapshots.layerDir(key),
    wrote: (bytes) => snapshots.wrote(bytes),
    tree: new LayeredTree(plan, 'this stage'),
    async [Symbol.asyncDispose]() {
      if (snapshots.has(key)) await snapshots.remove(key);
      await removeTree(scratchDir);
    },
  };
}
