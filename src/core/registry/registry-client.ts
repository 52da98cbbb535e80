import type { Readable } from 'node:stream';
import type { Descriptor } from '../../oci/descriptor.ts';
import type { Digest } from '../../oci/digest.ts';

export interface FetchedManifest {
  /** With the media type the registry declared and the digest of these very bytes. */
  readonly descriptor: Descriptor;
  readonly bytes: Uint8Array;
}

/** Which bytes of a blob: from `start` up to, not including, `end`; to its last by default. */
export interface BlobRange {
  readonly start: number;
  readonly end?: number | undefined;
}

export interface BlobStream {
  /** Where the bytes begin: where it was asked for, or 0 where the registry does not serve ranges. */
  readonly offset: number;
  /** To be read once: to the end, or left by `break`. Rejects with the system's error, or `timeout` / `answer-too-slow`. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Whether all of the answer has come, read or not: then its connection is worth keeping. */
  isOver(): boolean;
  /** Of what is not read at all. */
  cancel(): void;
}

/** What a push did with a blob: sent it, found it there, or had it mounted from another repository. */
export type BlobPush = 'pushed' | 'exists' | { readonly mountedFrom: string };

export interface BlobPushOptions {
  readonly signal: AbortSignal;
  /** Bytes of the blob, fresh at every call: from the start, or where the registry says it has come to. */
  readonly open: (range: BlobRange) => Readable;
  /** May fall back when a broken upload has to begin anew. */
  readonly onProgress?: ((doneBytes: number) => void) | undefined;
  readonly onRetry?: (() => void) | undefined;
  /** Repositories on the same registry that have the blob: mounted from there if the registry allows. */
  readonly mountFrom?: readonly string[] | undefined;
}

/**
 * One repository on one registry, by the OCI distribution specification. Every call authenticates as needed, retries
 * what may pass (with back-off and `Retry-After`) and rejects with a GantryError in words a person can act on.
 */
export interface RepositoryClient {
  /** `HEAD`, and `GET` where a registry does not answer it: what a tag or digest means now. */
  resolve(tagOrDigest: string, signal: AbortSignal): Promise<Descriptor>;
  /** Verified against the digest when one was asked for. At most 4 MiB. */
  fetchManifest(tagOrDigest: string, signal: AbortSignal): Promise<FetchedManifest>;
  /**
   * Bytes of a blob, not verified: the content store does that. One request, no retry once bytes flow: whoever reads
   * knows how far it came and asks again from there. Rejects `corrupt` / `size-mismatch` when the registry says that
   * the blob is longer or shorter than its descriptor. The bytes of a layer that registries are not meant to have
   * come from its `urls`, without credentials.
   */
  fetchBlob(descriptor: Descriptor, range: BlobRange, signal: AbortSignal): Promise<BlobStream>;
  /**
   * Asks no mirrors any more: what came of them is not what it should be. False: there is none that is asked, and the
   * registry itself answered so.
   */
  leaveMirrors(): boolean;
  /** Uploads unless it is there. */
  pushBlob(descriptor: Descriptor, options: BlobPushOptions): Promise<BlobPush>;
  pushManifest(
    tagOrDigest: string,
    mediaType: string,
    bytes: Uint8Array,
    signal: AbortSignal,
  ): Promise<Digest>;
  /** Each once. A list that goes on without anything new, or beyond 100,000, is left there, with a warning. */
  listTags(signal: AbortSignal): Promise<readonly string[]>;
  /**
   * Manifests that have this one as their subject (distribution-spec "Listing Referrers"), from the tag that stands in
   * for the list where a registry does not keep one. Only those of `artifactType`, if it is given.
   */
  listReferrers(
    digest: Digest,
    options: { readonly artifactType?: string | undefined; readonly signal: AbortSignal },
  ): Promise<readonly Descriptor[]>;
}

/** Connections and tokens, shared by all repositories. Disposing closes idle connections. */
export interface RegistryClient extends Disposable {
  /**
   * `domain` and `path` of a parsed reference; `access` is what tokens are asked for. `onWarning` is told what the
   * registry warns of, each text once, and of lists that are not read to their end.
   */
  repository(
    domain: string,
    path: string,
    access: 'pull' | 'push',
    onWarning?: (text: string) => void,
  ): RepositoryClient;
}
