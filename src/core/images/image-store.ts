import type { Descriptor } from '../../oci/descriptor.ts';
import type { ChainId, DiffId, Digest, ImageId } from '../../oci/digest.ts';
import type { ContainerConfig, ImageConfig } from '../../oci/image-config.ts';
import type { Manifest } from '../../oci/manifest.ts';

/** An image that is here: its manifest, config and layers are in the content store or in snapshots. */
export interface Image {
  readonly id: ImageId;
  readonly manifestDigest: Digest;
  /** Canonical names, `docker.io/library/web:1`, that mean it. */
  readonly references: readonly string[];
  /** `docker.io/library/web@sha256:…` it was pulled by or pushed as. */
  readonly repoDigests: readonly string[];
  readonly config: ImageConfig;
  readonly createdAt: string;
  /** Lowest first. */
  readonly diffIds: readonly DiffId[];
  /** The snapshot to run it from. Undefined: no layers (FROM scratch). */
  readonly topChainId: ChainId | undefined;
  /** Bytes unpacked, all layers. */
  readonly sizeBytes: number;
}

/** As a list has it: what it leaves out is most of an image's record. */
export interface ListedImage extends Omit<Image, 'config'> {
  readonly config: Omit<ImageConfig, 'history' | 'config'> & {
    readonly config?: Omit<ContainerConfig, 'Env'>;
  };
}

/** What a table of images shows of one, and what filters look at. */
export interface ImageOutline
  extends Pick<Image, 'id' | 'manifestDigest' | 'references' | 'repoDigests' | 'createdAt' | 'sizeBytes'> {
  readonly config: Pick<ImageConfig, 'os' | 'architecture' | 'variant'> & {
    readonly config?: Pick<ContainerConfig, 'Labels'>;
  };
}

/** Image records and references. References resolve as Docker does: name, name:tag, name@digest, ID, ID prefix. */
export interface ImageStore {
  /** Throws `not-found` / `image-not-found` with "No such image: x:latest". Ambiguous prefix: `invalid`. */
  resolve(reference: string): Image;
  find(reference: string): Image | undefined;
  /** As FROM and `--from` mean it: never by the beginning of an ID unless `sha256:` stands before it. */
  findBase(reference: string): Image | undefined;
  /** All of them, their configs without history and environment. */
  list(): readonly ListedImage[];
  /** All of them, without looking at their records: several times as fast. */
  outlines(): readonly ImageOutline[];
  get(id: ImageId): Image | undefined;
  manifest(id: ImageId): Promise<Manifest>;
  /** The image's manifest as it is stored (for push and save). */
  descriptor(id: ImageId): Descriptor;
  /**
   * Records an image whose manifest, config and layer blobs are in the content store and whose layers are snapshots.
   * `references` are canonical and have a tag; `repoDigests` are names with the digest of this manifest, or of an index
   * that was seen to list it. Each moves here from whatever it meant before. One transaction, with its event. Rejects
   * `invalid` / `bad-reference` for a digest among the references.
   */
  record(image: {
    readonly manifest: Descriptor;
    readonly references: readonly string[];
    readonly repoDigests?: readonly string[];
    readonly event: 'image.pulled' | 'image.built' | 'image.loaded' | 'image.imported' | 'image.committed';
  }): Promise<Image>;
  tag(source: string, canonicalTarget: string): void;
  /** Notes that the image is known under this name and digest (after a push). */
  addRepoDigest(id: ImageId, repoDigest: string): void;
}
