import type { GantryError } from '../base/gantry-error.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import type { ImageId } from '../oci/digest.ts';
import type { Resources } from './containers.ts';
import type { Filters } from './filters.ts';
import type { CallOptions, Operation } from './operation.ts';
import type { Session, TerminalSize } from './session.ts';

/** Where something is wrong in a Dockerfile. Lines and columns count from 1. */
export interface SourcePosition {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
}

export interface BuildSpec {
  /** A folder on this machine, already absolute. */
  readonly contextDir: string;
  /** Absolute; default `Dockerfile` (or `Containerfile`) in the context. */
  readonly dockerfile?: string | undefined;
  /** Its text, where it came from stdin or is read already. */
  readonly dockerfileText?: string | undefined;
  /**
   * Named contexts: an absolute folder, `docker-image://REFERENCE`, `oci-layout://FOLDER[:TAG|@DIGEST]`, or the URL of a
   * tar or a git repository.
   */
  readonly contexts?: Readonly<Record<string, string>> | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly target?: string | undefined;
  readonly buildArgs?: Readonly<Record<string, string>> | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly noCache?: boolean | undefined;
  /** Ask the registry for the base again. */
  readonly pull?: boolean | undefined;
  /** `default`, `none` or `host`. */
  readonly network?: string | undefined;
  readonly platform?: string | undefined;
  /** What `RUN --mount=type=secret` may see, by ID. */
  readonly secrets?: Readonly<Record<string, BuildSecret>> | undefined;
  /** What `RUN --mount=type=ssh` may use, by ID: absolute paths of sockets of SSH agents. */
  readonly ssh?: Readonly<Record<string, string>> | undefined;
  /** Stages of which every step is run again. */
  readonly noCacheStages?: readonly string[] | undefined;
  /** `name:address` for /etc/hosts of RUN steps; `host-gateway` is this machine. */
  readonly extraHosts?: readonly string[] | undefined;
  /** Limits of RUN steps. */
  readonly resources?: Resources | undefined;
  /** Caches of other builds to look into, in this order, after the own one. One that is not there is passed over. */
  readonly cacheFrom?: readonly CachePlaceName[] | undefined;
  /** Where to write the cache of this build when it has succeeded. */
  readonly cacheTo?: readonly CacheTarget[] | undefined;
  /** What RUN steps of the Dockerfile may ask for. Default: nothing. */
  readonly allow?: readonly Entitlement[] | undefined;
  /** All the build adds to its base becomes one layer. */
  readonly squash?: boolean | undefined;
  /** No image is kept then. */
  readonly output?: BuildFilesOutput | undefined;
}

/** Where a cache lies: an absolute folder, or a name in a registry (of a cache, or of an image with one inside). */
export type CachePlaceName =
  | { readonly type: 'local'; readonly path: string }
  | { readonly type: 'registry'; readonly reference: string };

/** `inline`: in the image itself. `min`: layers of the image alone, `max`: of all stages. */
export type CacheTarget = (CachePlaceName & { readonly mode: 'min' | 'max' }) | { readonly type: 'inline' };

/** `network.host`: the network of the machine, `security.insecure`: all its rights (`RUN --security=insecure`). */
export type Entitlement = 'network.host' | 'security.insecure';

/** A context that is no folder of this machine: a tar or a lone Dockerfile, or where to get that, or a git repository. */
export type ContextSource =
  | { readonly kind: 'stream'; readonly bytes: AsyncIterable<Uint8Array> }
  | { readonly kind: 'url'; readonly url: string };

/** A context that was brought here. Disposing of it removes it. */
export interface FetchedContext extends AsyncDisposable {
  readonly contextDir: string;
  /** Absolute. Undefined: there is nothing but the Dockerfile. */
  readonly dockerfile: string | undefined;
  readonly dockerfileText: string;
}

/** Where the files of the target go instead of an image: absolute paths of this machine. */
export interface BuildFilesOutput {
  readonly kind: 'folder' | 'tar';
  readonly path: string;
}

/** A secret: an absolute path of a file on this machine, or the secret itself. */
export type BuildSecret = { readonly path: string } | { readonly value: string };

/** One step of the build graph: a stage's FROM or one instruction. */
export interface BuildVertex {
  /** Stable within one build. */
  readonly id: string;
  /** `[build 2/5] RUN make` */
  readonly name: string;
  readonly stage: string;
  readonly inputs: readonly string[];
  readonly position: SourcePosition | undefined;
}

export type BuildEvent =
  | { readonly kind: 'graph'; readonly vertices: readonly BuildVertex[] }
  | { readonly kind: 'started'; readonly vertex: string; readonly time: number }
  | { readonly kind: 'cached'; readonly vertex: string }
  | {
      readonly kind: 'output';
      readonly vertex: string;
      readonly stream: 'stdout' | 'stderr';
      readonly data: Uint8Array;
    }
  | {
      readonly kind: 'progress';
      readonly vertex: string;
      readonly label: string;
      readonly done: number;
      readonly total: number | undefined;
    }
  | { readonly kind: 'completed'; readonly vertex: string; readonly time: number }
  | { readonly kind: 'failed'; readonly vertex: string; readonly time: number; readonly message: string }
  | {
      readonly kind: 'warning';
      /** Of a build check: its name. */
      readonly rule?: string | undefined;
      readonly message: string;
      readonly position: SourcePosition | undefined;
    };

export interface BuildResult {
  readonly imageId: ImageId;
  readonly manifest: Descriptor;
  readonly tags: readonly string[];
  readonly cachedSteps: number;
  readonly totalSteps: number;
}

/** A step of a build: its vertex, or a line of the Dockerfile it stands at. */
export type StepPlace = { readonly vertex: string } | { readonly line: number };

/** A shell where the command of a RUN step would run. Disposing of the session ends it and throws its files away. */
export interface StepShell {
  readonly session: Session;
  readonly step: { readonly name: string; readonly position: SourcePosition };
}

/** What a build check found. */
export interface BuildFinding {
  /** BuildKit's name: `JSONArgsRecommended`. */
  readonly rule: string;
  readonly description: string;
  readonly message: string;
  readonly position: SourcePosition;
}

/** What is to be said of a Dockerfile without building it. */
export interface BuildCheck {
  /** The Dockerfile, so that findings can be shown in their place. */
  readonly text: string;
  /** In the order of the lines. */
  readonly findings: readonly BuildFinding[];
  /** Why it cannot be built, or must not because of findings. */
  readonly error: GantryError | undefined;
  /** Base images that are not here: what depends on them was not checked. */
  readonly unknownImages: readonly string[];
}

export interface BuildCacheEntry {
  readonly id: string;
  /** BuildKit's word: a layer, or what `RUN --mount=type=cache` keeps. */
  readonly type: 'regular' | 'exec.cachemount';
  readonly description: string;
  readonly sizeBytes: number;
  readonly createdAt: string;
  readonly lastUsedAt: string;
  readonly inUse: boolean;
  /** An image has it too: it is counted there, and stays when the cache goes. */
  readonly shared: boolean;
}

export interface Builds {
  /**
   * Builds an image. A syntax error rejects with `invalid` / `dockerfile-syntax` and `details.position`; a step that
   * fails with `failed` / `build-step-failed`, `details.status` (of its command) and `details.vertex`.
   */
  build(spec: BuildSpec, options?: CallOptions): Operation<BuildEvent, BuildResult>;
  /**
   * Opens a shell in the state just before a RUN step, with its mounts, variables and user: to see why it fails. What
   * comes before is taken from the cache or made. Rejects as `build`, `not-found` / `no-such-step`, `start` /
   * `no-shell`.
   */
  openShell(
    spec: BuildSpec,
    options: CallOptions & {
      readonly before: StepPlace;
      readonly tty: boolean;
      readonly size?: TerminalSize | undefined;
    },
  ): Operation<BuildEvent, StepShell>;
  /**
   * Brings a context here for a build, a check or a tree. `file` is the Dockerfile's path in it. Rejects `invalid` /
   * `bad-context`, `not-found` / `dockerfile-not-found`, `unavailable`.
   */
  fetchContext(
    source: ContextSource,
    options?: CallOptions & { readonly file?: string | undefined; readonly keepGitDir?: boolean },
  ): Promise<FetchedContext>;
  /** Makes BuildKit's build checks and builds nothing. Rejects when there is no Dockerfile to check. */
  check(spec: BuildSpec, options?: CallOptions): Promise<BuildCheck>;
  /** The Dockerfile's syntax tree in BuildKit's format, a line an instruction. Rejects `invalid` / `dockerfile-syntax`. */
  syntaxTree(spec: BuildSpec, options?: CallOptions): Promise<string>;
  cache(options?: CallOptions): Promise<readonly BuildCacheEntry[]>;
  pruneCache(
    options?: CallOptions & {
      readonly all?: boolean;
      /** `until`, `unused-for`: only what was last used before; `id`, `type`, `inuse`, `shared` as they are listed. */
      readonly filters?: Filters;
      /** What was used last stays, as much as fits in so many bytes. Default: nothing need stay. */
      readonly keepBytes?: number;
      readonly dryRun?: boolean;
      /** For `dryRun`: as if these images, by ID, and these containers were gone. */
      readonly withoutImages?: readonly string[];
      readonly withoutContainers?: readonly string[];
    },
  ): Promise<{ readonly removed: readonly string[]; readonly reclaimedBytes: number }>;
}
