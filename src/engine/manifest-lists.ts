import type { CallOptions, Operation } from './operation.ts';
import type { TransferEvent } from './transfer-events.ts';

/** A manifest list that is kept here until it is pushed: one name for the same image on several platforms. */
export interface ManifestList {
  /** With the default tag: `127.0.0.1:5000/web:latest`. */
  readonly name: string;
  /** What a push sends: an OCI index, or Docker's manifest list where all it lists are Docker's. */
  readonly mediaType: string;
  readonly text: string;
  readonly manifests: readonly ListedManifest[];
}

export interface ListedManifest {
  /** What it was added by, with the default tag. */
  readonly reference: string;
  readonly mediaType: string;
  readonly digest: string;
  readonly sizeBytes: number;
  /** Undefined: its config says none. */
  readonly platform: ListedPlatform | undefined;
}

export interface ListedPlatform {
  readonly architecture: string;
  readonly os: string;
  readonly variant?: string | undefined;
  readonly 'os.version'?: string | undefined;
  readonly 'os.features'?: readonly string[] | undefined;
}

export interface InsecureOption {
  /** Plain HTTP and any certificate will do, this once. */
  readonly insecure?: boolean | undefined;
}

export interface PushedManifestList {
  readonly digest: string;
  /** Those that were brought into the list's repository from another: `127.0.0.1:5000/web@sha256:…`. */
  readonly brought: readonly { readonly reference: string; readonly digest: string }[];
}

/** Manifest lists in the making. The images they list lie on registries, not here. */
export interface ManifestLists {
  /**
   * Begins a list of images, each as its registry has it now; with `amend` adds them to one that may be here. Rejects
   * `conflict` / `manifest-list-exists`.
   */
  create(
    name: string,
    images: readonly string[],
    options?: CallOptions & InsecureOption & { readonly amend?: boolean | undefined },
  ): Promise<ManifestList>;
  /** Says what an image of the list is made for. Rejects `not-found` / `not-listed`. */
  annotate(
    name: string,
    image: string,
    changes: Partial<ListedPlatform>,
    options?: CallOptions,
  ): Promise<ManifestList>;
  list(options?: CallOptions): Promise<readonly ManifestList[]>;
  find(name: string, options?: CallOptions): Promise<ManifestList | undefined>;
  /**
   * Pushes the list under its name, and before it the images that lie in other repositories. With `purge` it is not
   * kept here afterwards.
   */
  push(
    name: string,
    options?: CallOptions & InsecureOption & { readonly purge?: boolean | undefined },
  ): Operation<TransferEvent, PushedManifestList>;
  /** Rejects `not-found` / `no-such-manifest-list`. What was pushed stays. */
  remove(name: string, options?: CallOptions): Promise<void>;
}
