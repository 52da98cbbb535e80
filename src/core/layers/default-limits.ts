import type { LayerLimits } from './layer-io.ts';

/**
 * Far above honest layers, far below what would fill a machine. gzip cannot pass a ratio of 1032, so only zstd meets
 * that one. Names leave room in Linux's 4096 bytes for the folder the layer lies in, so that all can be named there.
 */
export const defaultLimits: LayerLimits = {
  entries: 4_000_000,
  folders: 500_000,
  unpackedBytes: 256 * 1024 ** 3,
  ratio: 1100,
  nameBytes: 3500,
  depth: 512,
};
