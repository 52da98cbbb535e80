import type { CallOptions } from './operation.ts';

/**
 * One end of a copy. Paths are absolute; a container's are looked up inside its root. An end of `/.` means what is in a
 * folder, a slash at the end means that it must be one.
 */
export type CopyEnd =
  | { readonly kind: 'container'; readonly id: string; readonly path: string }
  | { readonly kind: 'local'; readonly path: string };

export interface CopyReport {
  /** Files, folders and links. */
  readonly entries: number;
  /** Bytes of content. */
  readonly bytes: number;
  /** Device files that were left out: they are not made outside of containers. */
  readonly skipped: number;
}

/** What became of a path since the container was made. */
export interface FileChange {
  readonly kind: 'added' | 'changed' | 'deleted';
  /** Absolute, as seen inside. */
  readonly path: string;
}

/** Files of containers, running or not. An `id` as everywhere: name, ID or prefix of one. */
export interface ContainerFiles {
  /**
   * Copies a file or folder by Docker's rules of `cp`, at least one end being a container. Owners are kept into a
   * container; out of it they are the caller's, and set-user-ID bits are dropped, unless `keepOwners`. What was copied
   * stays when it fails half-way. Rejects `not-found`, `invalid`, `denied` / `read-only`.
   */
  copy(
    from: CopyEnd,
    to: CopyEnd,
    options?: CallOptions & { readonly followLinks?: boolean; readonly keepOwners?: boolean },
  ): Promise<CopyReport>;
  /** A tar of a file or folder, under its own name. */
  readArchive(
    id: string,
    path: string,
    options?: CallOptions & { readonly followLinks?: boolean },
  ): AsyncIterable<Uint8Array>;
  /** Unpacks a tar, plain, gzip or zstd, in a folder that is there. Links in its names are followed inside the root. */
  writeArchive(
    id: string,
    path: string,
    archive: AsyncIterable<Uint8Array>,
    options?: CallOptions,
  ): Promise<CopyReport>;
  /** What differs from its image, ordered by path. Volumes and binds are no part of it. */
  diff(id: string, options?: CallOptions): Promise<readonly FileChange[]>;
  /** Its whole file system as a tar, without volumes and binds. */
  export(id: string, options?: CallOptions): AsyncIterable<Uint8Array>;
  /** Makes an image of its image and what differs. Result: the image's ID. */
  commit(id: string, options?: CallOptions & CommitOptions): Promise<string>;
}

export interface CommitOptions {
  /** `name[:tag]`. */
  readonly reference?: string | undefined;
  readonly author?: string | undefined;
  readonly message?: string | undefined;
  /** Dockerfile instructions for its configuration, as `import --change` takes them. */
  readonly changes?: readonly string[] | undefined;
  /** Its processes are frozen meanwhile; default true. */
  readonly pause?: boolean | undefined;
}
