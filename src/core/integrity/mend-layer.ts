import { GantryError } from '../../base/gantry-error.ts';
import type { Lease } from '../metadata/metadata.ts';
import type { KnownLayer } from './known-layers.ts';
import { layerUse } from './layer-use.ts';
import type { CheckContext } from './problem.ts';
import { storedBlob, unpackAgain } from './recreate-layer.ts';

/**
 * Brings a layer back: from its blob; or, where only its record was lost, by taking back its folder. One that is damaged
 * and has no blob here is set aside, so that it counts as not here: a pull unpacks it anew, a build makes it anew.
 */
export async function mendLayer(context: CheckContext, layer: KnownLayer, isThere: boolean): Promise<void> {
  const { snapshots } = context.services;
  const requireUnused = (ownLease?: Lease): void => {
    if (isThere) refuseUnderUse(context, layer.chainId, ownLease);
  };
  requireUnused();
  if (storedBlob(context, layer) === undefined) {
    if (!snapshots.has(layer.chainId) && snapshots.adopt(layer.chainId)) return;
    if (snapshots.has(layer.chainId)) snapshots.setAside(layer.chainId, requireUnused);
    const [image] = layer.images;
    // The build cache forgets a step whose layer is gone, and runs it again.
    if (image === undefined) return;
    throw new GantryError({
      kind: 'not-found',
      code: 'blob-not-found',
      message: `${isThere ? 'it was set aside, and ' : ''}its blob is not here: ${image.fetchAgain}`,
    });
  }
  // Unpacking takes a while: whoever has begun to use it by then keeps it as it is.
  await unpackAgain(context, layer, requireUnused);
}

function refuseUnderUse(context: CheckContext, chainId: string, ownLease: Lease | undefined): void {
  const user = layerUse(context, ownLease)(chainId);
  if (user === undefined) return;
  throw new GantryError({
    kind: 'conflict',
    code: 'layer-in-use',
    message: `${user} uses it: stop that first`,
  });
}
