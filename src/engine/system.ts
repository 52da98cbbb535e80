import type { BuildCacheEntry } from './builds.ts';
import type { ContainerSummary } from './containers.ts';
import type { ImageSummary } from './images.ts';
import type { CallOptions } from './operation.ts';
import type { StoreCheckDepth, StoreReport } from './store-report.ts';
import type { VolumeSummary } from './volumes.ts';

export interface SystemInfo {
  readonly engine: string;
  readonly version: string;
  readonly root: string;
  readonly rootless: boolean;
  /** The machine's name. */
  readonly hostName: string;
  readonly kernel: string;
  readonly operatingSystem: string;
  readonly architecture: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly cgroups: 'v1' | 'v2' | 'hybrid' | 'none';
  readonly runtime: string;
  readonly snapshotter: string;
  readonly images: number;
  readonly containers: { readonly running: number; readonly paused: number; readonly stopped: number };
  /** Hosts and blocks of addresses whose certificates are not checked, and which may speak plain HTTP. */
  readonly insecureRegistries: readonly string[];
  /** By the domain of a name, what is asked before the registry itself: `https://mirror.example/path`. */
  readonly registryMirrors: Readonly<Record<string, readonly string[]>>;
  readonly warnings: readonly string[];
}

/** One thing the engine needs of its machine, as `gantry doctor` prints it. */
export interface HostCheck {
  readonly id: string;
  readonly title: string;
  readonly status: 'ok' | 'missing' | 'degraded';
  /** What was found: a version, a path, a mount. */
  readonly found: string;
  /** What it means for the user if it is not ok. */
  readonly meaning: string;
  /** How to mend it: a command or one sentence. Empty when ok. */
  readonly mend: string;
}

/** Images count with their unpacked layers and their {@link ContentUsage}. */
export interface DiskUsage {
  readonly kind: 'images' | 'containers' | 'volumes' | 'build-cache';
  readonly total: number;
  readonly active: number;
  readonly sizeBytes: number;
  readonly reclaimableBytes: number;
}

/** What images keep beside their unpacked layers. */
export interface ContentUsage {
  /** Manifests, configs and compressed layers. Reclaimable: of no image that a container uses. */
  readonly blobs: { readonly count: number; readonly sizeBytes: number; readonly reclaimableBytes: number };
  /** What broken downloads left, and nobody writes now. */
  readonly partDownloads: { readonly count: number; readonly sizeBytes: number };
}

/** Everything that takes space, one by one. */
export interface DiskUsageDetails {
  /** `sharedBytes`: of layers that other images have too. */
  readonly images: readonly (ImageSummary & { readonly sharedBytes: number })[];
  /** With their sizes. */
  readonly containers: readonly ContainerSummary[];
  readonly volumes: readonly (VolumeSummary & { readonly sizeBytes: number })[];
  readonly buildCache: readonly BuildCacheEntry[];
  readonly content: ContentUsage;
}

export interface System {
  info(options?: CallOptions): Promise<SystemInfo>;
  /** Looks at the machine; never throws for what is missing. */
  check(options?: CallOptions): Promise<readonly HostCheck[]>;
  diskUsage(options?: CallOptions): Promise<readonly DiskUsage[]>;
  diskUsageDetails(options?: CallOptions): Promise<DiskUsageDetails>;
  /**
   * Looks whether what the engine keeps is whole (default depth `normal`), and mends what it can with `repair`: never
   * at the cost of something in use. Safe beside other work.
   */
  checkStore(
    options?: CallOptions & { readonly depth?: StoreCheckDepth; readonly repair?: boolean },
  ): Promise<StoreReport>;
}
