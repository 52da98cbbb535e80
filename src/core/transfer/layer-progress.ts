import type { Emit } from '../../engine/start-operation.ts';
import type { TransferEvent } from '../../engine/transfer-events.ts';
import { shortId } from '../../oci/digest.ts';
import { type RateMeter, rateMeter } from './rate-meter.ts';

type LayerEvent = Extract<TransferEvent, { kind: 'layer' }>;
type Phase = LayerEvent['phase'];

/** Tells how far one layer is. The newest state of a layer replaces the one before. */
export type TellLayer = (phase: Phase, doneBytes?: number, totalBytes?: number, from?: string) => void;

const moving: ReadonlySet<Phase> = new Set(['downloading', 'extracting', 'preparing', 'pushing']);

export function layerTeller(emit: Emit<TransferEvent>, digest: string): TellLayer {
  return partTeller(emit, shortId(digest));
}

/** The same for what is no layer, under a name of its own: an archive that is read. */
export function partTeller(emit: Emit<TransferEvent>, layer: string): TellLayer {
  let meter: RateMeter | undefined;
  let last: Phase | undefined;
  return (phase, doneBytes = 0, totalBytes, from) => {
    if (phase !== last) meter = moving.has(phase) ? rateMeter() : undefined;
    last = phase;
    const bytesPerSecond = meter?.at(doneBytes);
    emit(
      {
        kind: 'layer',
        layer,
        phase,
        doneBytes,
        totalBytes,
        ...(bytesPerSecond !== undefined && { bytesPerSecond }),
        ...(from !== undefined && { from }),
      },
      layer,
    );
  };
}
