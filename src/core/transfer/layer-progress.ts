import type { Emit } from '../../engine/start-operation.ts';
import type { TransferEvent } from '../../engine/transfer-events.ts';
import { shortId } from '../../oci/digest.ts';

type Phase = Extract<TransferEvent, { kind: 'layer' }>['phase'];

/** Tells how far one layer is. The newest state of a layer replaces the one before. */
export type TellLayer = (phase: Phase, doneBytes?: number, totalBytes?: number) => void;

export function layerTeller(emit: Emit<TransferEvent>, digest: string): TellLayer {
  const layer = shortId(digest);
  return (phase, doneBytes = 0, totalBytes) => {
    emit({ kind: 'layer', layer, phase, doneBytes, totalBytes }, layer);
  };
}
