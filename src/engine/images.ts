import type { Digest, ImageId } from '../oci/digest.ts';
import type { ImageConfig } from '../oci/image-config.ts';
import type { Platform } from '../oci/platform.ts';
import type { Filters } from './filters.ts';
import type { ImageDifference } from './image-difference.ts';
import type { CallOptions, Operation } from './operation.ts';
import type { TransferEvent } from './transfer-events.ts';

/** One image as lists show it; one row a name is the surface's business. */
export interface ImageSummary {
  readonly id: ImageId;
  /** Familiar names with tag, newest first: `web:1`, `127.0.0.1:5000/web:1`. Empty: dangling. */
  readonly names: readonly string[];
  /** `name@sha256:…` */
  readonly repoDigests: readonly string[];
  readonly manifestDigest: Digest;
  readonly createdAt: string;
  /** Bytes of all layers unpacked. */
  readonly sizeBytes: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly platform: Platform;
  /** How many containers use it, whatever their state. */
  readonly containers: number;
  /** Diff IDs, lowest first: the layer graph is drawn from these. */
  readonly layers: readonly string[];
}

export interface ImageLayer {
  readonly diffId: string;
  readonly chainId: string;
  readonly sizeBytes: number;
  /** Where its own files lie on this machine; undefined where they lie among those of the layers below. */
  readonly folder?: string | undefined;
}

export interface ImageDetails extends ImageSummary {
  readonly config: ImageConfig;
  readonly layerDetails: readonly ImageLayer[];
}

export interface HistoryEntry {
  /** Undefined where Docker prints `<missing>`. */
  readonly id: ImageId | undefined;
  readonly createdAt: string;
  readonly createdBy: string;
  readonly comment: string;
  readonly sizeBytes: number;
  readonly emptyLayer: boolean;
  readonly diffId: string | undefined;
  readonly tags: readonly string[];
}

export interface PullOptions extends CallOptions {
  readonly platform?: string | undefined;
  readonly allTags?: boolean | undefined;
}
export interface PulledImage {
  readonly reference: string;
  readonly id: ImageId;
  readonly digest: Digest;
  readonly upToDate: boolean;
}
export interface PushOptions extends CallOptions {
  readonly allTags?: boolean | undefined;
}
export interface PushedImage {
  readonly reference: string;
  readonly digest: Digest;
  readonly sizeBytes: number;
}
export interface CopyOptions extends CallOptions {
  /** All platforms and attestations of an index, not one. */
  readonly all?: boolean | undefined;
  /** Which one: `os/arch[/variant]`. Default: this machine's. */
  readonly platform?: string | undefined;
}
export interface CopiedImage {
  readonly source: string;
  readonly target: string;
  readonly digest: Digest;
  readonly sizeBytes: number;
}
/** One step of a removal, in the order it happened. */
export interface RemovedImage {
  readonly action: 'untagged' | 'deleted';
  /** A name, or the ID of an image or layer. */
  readonly target: string;
}
export interface ImagePruneReport {
  readonly removed: readonly RemovedImage[];
  /** Blobs that belonged to none of the removed images. */
  readonly strayBlobs: readonly { readonly digest: Digest; readonly sizeBytes: number }[];
  /** What broken downloads left of blobs. */
  readonly partDownloads: readonly { readonly digest: Digest; readonly sizeBytes: number }[];
  readonly reclaimedBytes: number;
}
export interface ImportOptions extends CallOptions {
  readonly reference?: string | undefined;
  readonly message?: string | undefined;
  /** Dockerfile instructions to apply: `CMD ["sh"]`. */
  readonly changes?: readonly string[] | undefined;
  readonly platform?: string | undefined;
}

/** An archive as it comes. */
export interface ArchiveBytes extends AsyncIterable<Uint8Array> {
  /** Where the same bytes lie as a file, if they do: what its index says can be known ahead then. */
  readonly file?: string | undefined;
}

/** Read-only templates. References are what a user types: name, name:tag, name@digest, ID or its prefix. */
export interface Images {
  list(
    options?: CallOptions & {
      readonly all?: boolean;
      readonly filters?: Filters;
      /** False: `layers` are wanted of none, and empty; they are most of what there is to read. Default: true. */
      readonly layers?: boolean;
    },
  ): Promise<readonly ImageSummary[]>;
  inspect(reference: string, options?: CallOptions): Promise<ImageDetails>;
  history(reference: string, options?: CallOptions): Promise<readonly HistoryEntry[]>;
  /** What became of the files of one image in another. At most `limit` of them are listed; all are counted. */
  diff(
    before: string,
    after: string,
    options?: CallOptions & { readonly limit?: number },
  ): Promise<ImageDifference>;
  pull(reference: string, options?: PullOptions): Operation<TransferEvent, readonly PulledImage[]>;
  push(reference: string, options?: PushOptions): Operation<TransferEvent, readonly PushedImage[]>;
  /** From one registry to another, or within one, byte for byte, without keeping it here. */
  copy(source: string, target: string, options?: CopyOptions): Operation<TransferEvent, CopiedImage>;
  /** A docker-archive or OCI layout, plain or compressed. Result: names, or IDs of images without one. */
  load(archive: ArchiveBytes, options?: CallOptions): Operation<TransferEvent, readonly string[]>;
  /** OCI layout with manifest.json beside it, which docker, podman and skopeo read. */
  save(references: readonly string[], options?: CallOptions): AsyncIterable<Uint8Array>;
  /** One tar as one layer. */
  import(archive: AsyncIterable<Uint8Array>, options?: ImportOptions): Operation<TransferEvent, ImageId>;
  tag(source: string, target: string, options?: CallOptions): Promise<void>;
  remove(
    reference: string,
    options?: CallOptions & { readonly force?: boolean; readonly noPrune?: boolean },
  ): Promise<readonly RemovedImage[]>;
  /** `dryRun` tells exactly what would go, and removes nothing. */
  prune(
    options?: CallOptions & {
      readonly all?: boolean;
      readonly filters?: Filters;
      readonly dryRun?: boolean;
      /** For `dryRun`: as if these containers, by ID, were gone. */
      readonly withoutContainers?: readonly string[];
    },
  ): Promise<ImagePruneReport>;
}
