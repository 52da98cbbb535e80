import { chainIds } from '../../../oci/sha256.ts';
import { unpackedLayer } from '../../images/write-image.ts';
import { type BuildSession, stepTime } from '../solver/build-session.ts';
import { makeLayer } from '../solver/make-layer.ts';
import type { StageState } from '../solver/stage-state.ts';
import type { LayerTarget } from '../solver/step-work.ts';
import type { TreeEntry } from '../tree/file-tree.ts';
import { LayeredTree } from '../tree/layered-tree.ts';
import { Pacer } from '../tree/pacer.ts';
import { type Placement, TreeWriter } from '../tree/tree-writer.ts';

/** `--squash`: all layers on top of the base image's become one, as in Docker; what was deleted on the way is in none. */
export async function squashLayers(session: BuildSession, state: StageState): Promise<StageState> {
  const { inherited, history } = state;
  const chains = chainIds(state.layers.map(({ diffId }) => diffId));
  const added = chains.slice(inherited.layers);
  if (added.length === 0) return state;
  const layers = state.layers.slice(0, inherited.layers);
  const base = { ...state, layers, chainId: chains[inherited.layers - 1] };
  const { snapshots } = session.services;
  const folders = added.map((chain) => `${snapshots.layerDir(chain)}/`);
  const whole = new LayeredTree(snapshots.mountPlan(chains.at(-1) as string), 'image');
  const layer = await makeLayer(session, base, async (target) => {
    await writeDifference(whole, folders, target, new Pacer(session.signal));
    return true;
  });
  if (layer === undefined) return state;
  const merged = {
    created: stepTime(session).toISOString(),
    created_by: '',
    comment: `merge of ${added.length} layers`,
  };
  return {
    ...state,
    chainId: layer.chainId,
    layers: [...layers, { diffId: layer.diffId, descriptor: unpackedLayer(layer) }],
    history: [
      ...history.map((item, at) => (at < inherited.history ? item : { ...item, empty_layer: true })),
      merged,
    ],
  };
}

/** Writes what `whole` has from `folders`, and hides what it has no more. A folder none of them has is as it was. */
async function writeDifference(
  whole: LayeredTree,
  folders: readonly string[],
  { tree: below, upperDir }: LayerTarget,
  pacer: Pacer,
): Promise<void> {
  const writer = new TreeWriter(below, upperDir);
  const isNew = ({ hostPath }: TreeEntry): boolean => folders.some((folder) => hostPath.startsWith(folder));
  const walk = async (path: string): Promise<void> => {
    const entries = whole.list(path);
    const left = new Set(entries.map(({ name }) => name));
    for (const gone of below.list(path)) if (!left.has(gone.name)) writer.hide(gone.path);
    for (const entry of entries) {
      if (!isNew(entry)) continue;
      const placement = placementOf(entry);
      if (entry.stats.isDirectory()) {
        writer.copyFolder(entry.path, entry, whole, placement, { replace: true });
        await walk(entry.path);
      } else {
        if (below.lookup(entry.path)?.stats.isDirectory() === true) writer.hide(entry.path);
        await writer.copyEntry(entry.path, entry, whole, placement);
      }
      if (pacer.isDue) await pacer.rest();
    }
  };
  await walk('');
  writer.finish();
}

function placementOf({ stats }: TreeEntry): Placement {
  const { uid, gid, mode } = stats;
  return { owner: { uid, gid }, mode: mode & 0o7777 };
}
