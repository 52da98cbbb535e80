import { hashLayer, type LayerTarInfo } from './diff-layer.ts';
import { type FolderGate, folderGate } from './folder-gate.ts';
import type { LayerFolder } from './layer-io.ts';
import type { ByteString } from './tar/byte-string.ts';

/**
 * The diff ID of a layer that is being written, read folder by folder as these are done: what remains to be read when the
 * last one is, is little. Disposing stops it.
 */
export interface GrowingLayer extends Disposable {
  /**
   * Nobody will write into that folder (the root is empty) or change it, its time and the attributes of what is in it. The
   * folders in it are told of each by itself.
   */
  folderDone(path: ByteString): void;
  /** All is written. */
  finish(): Promise<LayerTarInfo>;
}

/** `folderDone` only of a folder of the layer's own files alone. */
export function growingLayer(folder: LayerFolder, signal: AbortSignal): GrowingLayer {
  let gate: FolderGate | undefined;
  let hashing: Promise<LayerTarInfo> | undefined;
  return {
    folderDone(path) {
      gate ??= folderGate();
      hashing ??= hashLayer(folder, signal, gate.end);
      // Who finishes hears of it.
      hashing.catch(() => undefined);
      gate.folderDone(path);
    },
    finish() {
      gate?.open();
      return hashing ?? hashLayer(folder, signal);
    },
    [Symbol.dispose]: () => gate?.[Symbol.dispose](),
  };
}
