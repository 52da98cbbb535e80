import { GantryError } from '../../base/gantry-error.ts';
import type { Lease } from '../metadata/metadata.ts';
import type { KnownLayer } from './known-layers.ts';
import { layerUse } from './layer-use.ts';
import type { CheckContext } from './problem.ts';
import { storedBlob, unpackAgain } from './recreate-layer.ts';

/** Brings a layer back: from its blob; or, where only its record was lost, by taking back its folder. */
export async function mendLayer(context: CheckContext, layer: KnownLayer, isThere: boolean): Promise<void> {
  const { services } = context;
  const requireUnused = (ownLease?: Lease): void => {
    if (isThere) refuseUnderUse(context, layer.chainId, ownLease);
  };
  requireUnused();
  if (storedBlob(services, layer) === undefined) {
    if (!services.snapshots.has(layer.chainId) && services.snapshots.adopt(layer.chainId)) return;
    const advice = layer.images[0]?.fetchAgain ?? 'gantry builder prune --all forgets it';
    throw new GantryError({
      kind: 'not-found',
      code: 'blob-not-found',
      message: `its blob is not here: ${advice}`,
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
