import type { DiffId, Digest } from '../../oci/digest.ts';
import type { FileGrowth } from './file-growth.ts';

/** Bounds for hostile layers. Exceeding one is `corrupt` / `layer-limit`. */
export interface LayerLimits {
  readonly entries: number;
  /** Folders made, also those that no entry describes: one entry may name hundreds. */
  readonly folders: number;
  readonly unpackedBytes: number;
  /** Unpacked ÷ compressed, looked at after the first 64 MiB. */
  readonly ratio: number;
  readonly nameBytes: number;
  readonly depth: number;
}

export interface AppliedLayer {
  readonly diffId: DiffId;
  /** Digest of the bytes as they came (compressed or not). */
  readonly digest: Digest;
  /** Bytes of the tar itself. */
  readonly tarBytes: number;
  /** Bytes of file content unpacked. */
  readonly sizeBytes: number;
  readonly entries: number;
  /** Files and folders made, each hard link once. */
  readonly inodes: number;
}

export interface ApplyOptions {
  /** `overlay` writes whiteouts as 0:0 devices and opaque attributes; `delete` removes what they name. */
  readonly whiteouts: 'overlay' | 'delete';
  readonly limits?: Partial<LayerLimits> | undefined;
  /** Digest the bytes are known to have (verified on the way into the store): they are not hashed again. */
  readonly knownDigest?: Digest | undefined;
  /** The bytes are a plain tar of this diff ID (as verified): they are taken as they are and not hashed again. */
  readonly knownDiffId?: DiffId | undefined;
  /**
   * Folders of the layers below, top first, where these lie elsewhere (overlay). Folders the layer uses without an
   * entry of their own look there for owner and mode; files that hard links point to are brought up from there.
   */
  readonly lowerDirs?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
  /** So many more bytes were written to the target; told every now and then. */
  readonly onWritten?: ((bytes: number) => void) | undefined;
  /** Compressed bytes taken so far. */
  readonly onProgress?: ((doneBytes: number) => void) | undefined;
}

/** A file that is still being written; the descriptor stays open until the layer is applied. */
export interface GrowingFile {
  readonly fd: number;
  readonly growth: FileGrowth;
}

/** Unpacks a layer tar (plain, gzip or zstd, seen by its first bytes) into a folder, in worker threads. */
export type ApplyLayer = (
  source: { readonly path: string } | GrowingFile | AsyncIterable<Uint8Array>,
  targetDir: string,
  options: ApplyOptions,
) => Promise<AppliedLayer>;

/** An unpacked layer, to be made a tar again. */
export interface LayerFolder {
  /** The layer's own files in overlayfs form; with `baseDir`, the whole tree with those of the layers below. */
  readonly layerDir: string;
  /** The whole tree without this layer, where layers are kept as copies: what differs is the layer. */
  readonly baseDir?: string | undefined;
}
