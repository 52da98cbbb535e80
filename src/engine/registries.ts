import type { CallOptions } from './operation.ts';

export interface LoginRequest {
  /** As the user wrote it; undefined: Docker Hub. */
  readonly server?: string | undefined;
  /** Undefined: what is kept already is tried again. */
  readonly credentials?: { readonly username: string; readonly password: string } | undefined;
}

export interface LoginReport {
  /** What the login is kept under: `127.0.0.1:5000`, `https://index.docker.io/v1/`. */
  readonly server: string;
  /** The file that holds the password for whoever may read it; undefined: a helper keeps it, or no password is kept. */
  readonly plainTextFile: string | undefined;
  readonly warnings: readonly string[];
}

export interface LogoutReport {
  readonly server: string;
  /** Whether there was a login. */
  readonly removed: boolean;
  readonly warnings: readonly string[];
}

export interface SavedLogin {
  /** As it is kept: a host, `https://index.docker.io/v1/`, or a namespace of Podman's. */
  readonly server: string;
  /** Empty where only a token is kept. */
  readonly username: string;
  /** A file, or the helper's program. */
  readonly keptIn: string;
}

export interface SearchResult {
  readonly name: string;
  readonly description: string;
  /** 0 where a registry does not count. */
  readonly stars: number;
  readonly official: boolean;
  readonly automated: boolean;
}

/** A manifest or index as a registry has it. */
export interface RemoteManifest {
  /** With the default tag: `127.0.0.1:5000/web:latest`. */
  readonly reference: string;
  readonly mediaType: string;
  readonly digest: string;
  readonly sizeBytes: number;
  /** The very bytes, as text. */
  readonly text: string;
  /** Of a manifest: what its config says; of one listed in an index: what the index says. */
  readonly platform: RemotePlatform | undefined;
  /** Of an index, with `details`: the manifests it lists. */
  readonly manifests: readonly RemoteManifest[];
}

export interface RemotePlatform {
  readonly architecture: string;
  readonly os: string;
  readonly variant?: string | undefined;
  readonly 'os.version'?: string | undefined;
}

/** A manifest that speaks of another one: a signature, a list of its parts, an attestation. */
export interface Referrer {
  readonly digest: string;
  readonly artifactType: string | undefined;
  readonly mediaType: string;
  /** Of the manifest, not of what it names. */
  readonly sizeBytes: number;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface ReferrersReport {
  /** What the name means on its registry. */
  readonly digest: string;
  readonly referrers: readonly Referrer[];
}

/** Registries, as far as no image here is concerned. */
export interface Registries {
  /** Shows the credentials to the server and keeps them if they are taken. Rejects `denied` if they are not. */
  login(request: LoginRequest, options?: CallOptions): Promise<LoginReport>;
  /** The user name kept for a server; undefined: no login. */
  savedUser(server: string | undefined, options?: CallOptions): Promise<string | undefined>;
  logins(
    options?: CallOptions,
  ): Promise<{ readonly logins: readonly SavedLogin[]; readonly warnings: readonly string[] }>;
  logout(server: string | undefined, options?: CallOptions): Promise<LogoutReport>;
  /** Repositories whose name or description has the term: `web`, or `HOST[:PORT]/web`. At most `limit`. */
  search(term: string, options: CallOptions & { readonly limit: number }): Promise<readonly SearchResult[]>;
  /** What a name means on its registry, without fetching it. `details` looks into configs and indexes too. */
  manifest(
    reference: string,
    options?: CallOptions & {
      readonly details?: boolean | undefined;
      /** Plain HTTP and any certificate will do, this once. */
      readonly insecure?: boolean | undefined;
    },
  ): Promise<RemoteManifest>;
  /** What refers to an image or artifact (OCI 1.1 referrers), also on registries that only keep the tag for it. */
  referrers(
    reference: string,
    options?: CallOptions & {
      readonly artifactType?: string | undefined;
      /** `os/arch[/variant]`: of that manifest of an index. Default: of what the name itself means. */
      readonly platform?: string | undefined;
    },
  ): Promise<ReferrersReport>;
}
