import type { TransferEvent } from '../../engine/transfer-events.ts';

type LayerEvent = Extract<TransferEvent, { kind: 'layer' }>;
export type LayerPhase = LayerEvent['phase'];

/** How far one layer is. */
export interface LayerProgress {
  readonly layer: string;
  readonly phase: LayerPhase;
  readonly doneBytes: number;
  readonly totalBytes: number | undefined;
  /** While it moves. */
  readonly bytesPerSecond: number | undefined;
  /** It had to be compressed before it could be pushed. */
  readonly prepared: boolean;
}

/** A pull, push, load or import as far as it is. */
export interface TransferProgress {
  readonly kind: 'transfer';
  /** In the order they were first heard of. */
  readonly layers: readonly LayerProgress[];
  readonly messages: readonly string[];
}

export const noTransfer: TransferProgress = { kind: 'transfer', layers: [], messages: [] };

const messageLimit = 50;

export function applyTransferEvent(progress: TransferProgress, event: TransferEvent): TransferProgress {
  if (event.kind === 'message') {
    return { ...progress, messages: [...progress.messages, event.text].slice(-messageLimit) };
  }
  const { layer, phase, doneBytes, totalBytes, bytesPerSecond } = event;
  const index = progress.layers.findIndex((known) => known.layer === layer);
  const next: LayerProgress = {
    layer,
    phase,
    doneBytes,
    // Later phases may not know what an earlier one did.
    totalBytes: totalBytes ?? progress.layers[index]?.totalBytes,
    bytesPerSecond,
    prepared: phase === 'preparing' || progress.layers[index]?.prepared === true,
  };
  const layers = index < 0 ? [...progress.layers, next] : progress.layers.with(index, next);
  return { ...progress, layers };
}

/** How much of a layer's way is done, from 0 to 1: half of it is the network, half what follows or, for a push, precedes. */
export function layerFraction({ phase, doneBytes, totalBytes, prepared }: LayerProgress): number {
  const share = totalBytes === undefined || totalBytes === 0 ? 0 : Math.min(1, doneBytes / totalBytes);
  switch (phase) {
    case 'done':
    case 'exists':
    case 'pushed':
    case 'mounted':
      return 1;
    case 'downloading':
      return share * 0.5;
    case 'verifying':
    case 'downloaded':
      return 0.5;
    case 'extracting':
      return 0.5 + share * 0.5;
    case 'preparing':
      return share * 0.5;
    case 'pushing':
      return prepared ? 0.5 + share * 0.5 : share;
    default:
      return 0;
  }
}

/** How long its phase still takes at the rate it goes now; undefined where nobody can tell. */
export function secondsLeft({
  doneBytes,
  totalBytes,
  bytesPerSecond,
}: Omit<LayerEvent, 'kind'>): number | undefined {
  if (totalBytes === undefined || bytesPerSecond === undefined || bytesPerSecond <= 0) return undefined;
  return Math.max(0, totalBytes - doneBytes) / bytesPerSecond;
}

/** What comes or goes over the network now, all layers together. */
export function transferRate({ layers }: TransferProgress): number {
  return layers
    .filter(({ phase }) => phase === 'downloading' || phase === 'pushing')
    .reduce((sum, { bytesPerSecond = 0 }) => sum + bytesPerSecond, 0);
}

/** The whole, weighted by bytes where they are known. */
export function transferFraction({ layers }: TransferProgress): number {
  const typical = layers.reduce((most, { totalBytes }) => Math.max(most, totalBytes ?? 0), 0) || 1;
  let done = 0;
  let total = 0;
  for (const layer of layers) {
    const weight = layer.totalBytes ?? typical;
    done += weight * layerFraction(layer);
    total += weight;
  }
  return total === 0 ? 0 : done / total;
}
