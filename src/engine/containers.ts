import type { HealthcheckConfig } from '../oci/image-config.ts';
import type { ContainerFiles } from './container-files.ts';
import type { Filters } from './filters.ts';
import type { CallOptions } from './operation.ts';
import type { Session, TerminalSize } from './session.ts';

export type ContainerState = 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead';

export interface PortBinding {
  readonly protocol: 'tcp' | 'udp';
  readonly containerPort: number;
  /** Empty: every address of the host, of the families the container has. */
  readonly hostAddress: string;
  /** 0 in a request: the engine picks one. */
  readonly hostPort: number;
  /** In a request: the engine picks the first free one from `hostPort` to here. */
  readonly hostPortEnd?: number | undefined;
}

export type Mount =
  | {
      readonly type: 'bind';
      readonly source: string;
      readonly target: string;
      readonly readOnly: boolean;
      /** `-v` makes a missing source, `--mount` refuses it. */
      readonly createSource: boolean;
      /** One of `mountPropagations`. */
      readonly propagation?: string | undefined;
      /** What is mounted below the source stays behind. */
      readonly nonRecursive?: boolean | undefined;
    }
  | {
      readonly type: 'volume';
      /** Undefined: anonymous. */
      readonly name: string | undefined;
      readonly target: string;
      readonly readOnly: boolean;
      readonly noCopy: boolean;
      /** What of the volume is mounted: a relative path that must be there. Undefined: all of it. */
      readonly subpath?: string | undefined;
      /** For a volume that is made for it. */
      readonly labels?: Readonly<Record<string, string>> | undefined;
    }
  | { readonly type: 'tmpfs'; readonly target: string; readonly options: string };

export interface RestartPolicy {
  readonly name: 'no' | 'on-failure' | 'always' | 'unless-stopped';
  /** 0: without limit. */
  readonly maximumRetries: number;
}

export interface DeviceRate {
  readonly kind: 'read-bps' | 'write-bps' | 'read-iops' | 'write-iops';
  readonly path: string;
  readonly rate: number;
}

export interface Resources {
  readonly memoryBytes?: number | undefined;
  readonly memorySwapBytes?: number | undefined;
  readonly memoryReservationBytes?: number | undefined;
  /** 1.5 = one and a half cores. */
  readonly cpus?: number | undefined;
  readonly cpuShares?: number | undefined;
  readonly cpusetCpus?: string | undefined;
  readonly cpusetMems?: string | undefined;
  /** The scheduler's own terms for `cpus`, in microseconds. */
  readonly cpuPeriodUs?: number | undefined;
  readonly cpuQuotaUs?: number | undefined;
  /** 10 to 1000. */
  readonly blkioWeight?: number | undefined;
  readonly blkioWeightDevices?: readonly { readonly path: string; readonly weight: number }[] | undefined;
  /** Bytes or operations a second for a device of the host. */
  readonly deviceRates?: readonly DeviceRate[] | undefined;
  /** 0 to 100. */
  readonly memorySwappiness?: number | undefined;
  readonly oomKillDisable?: boolean | undefined;
  /** -1: without limit. */
  readonly pidsLimit?: number | undefined;
  readonly ulimits?:
    | readonly { readonly name: string; readonly soft: number; readonly hard: number }[]
    | undefined;
  readonly shmSizeBytes?: number | undefined;
}

/** How a container is, or is to be, on one network. */
export interface NetworkAttachment {
  readonly network: string;
  /** Further names there, beside the container's own and its short ID. */
  readonly aliases?: readonly string[] | undefined;
  readonly address?: string | undefined;
  readonly ipv6Address?: string | undefined;
  readonly macAddress?: string | undefined;
}

/** What to create. Undefined means what the image says, or Docker's default. */
export interface ContainerSpec {
  readonly image: string;
  readonly name?: string | undefined;
  /** Replaces the image's CMD. */
  readonly command?: readonly string[] | undefined;
  /** Replaces the image's ENTRYPOINT and drops its CMD; `[]` drops both. */
  readonly entrypoint?: readonly string[] | undefined;
  readonly env?: readonly string[] | undefined;
  readonly user?: string | undefined;
  readonly groupAdd?: readonly string[] | undefined;
  readonly workingDir?: string | undefined;
  readonly hostname?: string | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly tty?: boolean | undefined;
  readonly openStdin?: boolean | undefined;
  /** The streams that whoever asks for it stays with. */
  readonly attached?: readonly ('stdin' | 'stdout' | 'stderr')[] | undefined;
  readonly autoRemove?: boolean | undefined;
  readonly restart?: RestartPolicy | undefined;
  readonly stopSignal?: string | undefined;
  /** Seconds; -1 waits for ever. */
  readonly stopTimeout?: number | undefined;
  /** `bridge` (default), `host`, `none`, `container:ID` or a network's name. */
  readonly network?: string | undefined;
  readonly networkAliases?: readonly string[] | undefined;
  /** On a network somebody made. Default: the network chooses. */
  readonly address?: string | undefined;
  readonly ipv6Address?: string | undefined;
  /** `02:42:…` */
  readonly macAddress?: string | undefined;
  /** Networks beside the first. */
  readonly moreNetworks?: readonly NetworkAttachment[] | undefined;
  /** `CONTAINER[:ALIAS]`: a name for another container on a network they share. */
  readonly links?: readonly string[] | undefined;
  readonly ports?: readonly PortBinding[] | undefined;
  readonly publishAll?: boolean | undefined;
  readonly exposedPorts?: readonly string[] | undefined;
  readonly extraHosts?: readonly string[] | undefined;
  readonly dns?: readonly string[] | undefined;
  readonly dnsSearch?: readonly string[] | undefined;
  readonly dnsOptions?: readonly string[] | undefined;
  readonly mounts?: readonly Mount[] | undefined;
  /** `CONTAINER[:ro]`: its volumes and binds too. */
  readonly volumesFrom?: readonly string[] | undefined;
  readonly resources?: Resources | undefined;
  readonly capAdd?: readonly string[] | undefined;
  readonly capDrop?: readonly string[] | undefined;
  readonly securityOpt?: readonly string[] | undefined;
  readonly privileged?: boolean | undefined;
  readonly readOnlyRootfs?: boolean | undefined;
  readonly init?: boolean | undefined;
  readonly devices?: readonly string[] | undefined;
  /** `c 1:3 mr`: what of devices it may use besides. */
  readonly deviceCgroupRules?: readonly string[] | undefined;
  /** Who else is in its PID, IPC, UTS and cgroup namespace: `host` or `container:ID`; undefined: nobody. */
  readonly pid?: string | undefined;
  readonly ipc?: string | undefined;
  readonly uts?: 'host' | undefined;
  readonly cgroupns?: 'host' | 'private' | undefined;
  /** -1000 (never) to 1000: how soon the kernel kills it for want of memory. */
  readonly oomScoreAdj?: number | undefined;
  readonly domainname?: string | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  readonly sysctls?: Readonly<Record<string, string>> | undefined;
  readonly healthcheck?: HealthcheckConfig | undefined;
  /** Name of the OCI runtime, as with Docker; undefined: the engine chooses. */
  readonly runtime?: string | undefined;
  readonly logDriver?: string | undefined;
  readonly logOptions?: Readonly<Record<string, string>> | undefined;
  readonly platform?: string | undefined;
}

export interface ContainerSummary {
  /** 64 hexadecimal digits. */
  readonly id: string;
  readonly name: string;
  /** As the user gave it; the bare ID once that name means another image. */
  readonly image: string;
  readonly imageId: string;
  readonly command: readonly string[];
  readonly createdAt: string;
  readonly startedAt: string | undefined;
  readonly finishedAt: string | undefined;
  readonly state: ContainerState;
  readonly health: 'none' | 'starting' | 'healthy' | 'unhealthy';
  /** It runs on without its monitor, which was killed: its exit status will be lost. */
  readonly monitorLost?: true | undefined;
  /** Undefined until it ended once; 255 also where it was lost, and `error` says so. */
  readonly exitCode: number | undefined;
  readonly pid: number | undefined;
  readonly ports: readonly PortBinding[];
  readonly labels: Readonly<Record<string, string>>;
  readonly networks: readonly string[];
  readonly mounts: readonly string[];
  /** Only when asked for. Bytes of the read-write layer, and with the image below it. */
  readonly size: { readonly writableBytes: number; readonly totalBytes: number } | undefined;
}

/** Where it is on a network, in one family of addresses. */
export interface NetworkPlace {
  readonly address: string;
  readonly prefixLength: number;
  /** Empty on an internal network. */
  readonly gateway: string;
}

/** IPv4, and IPv6 where the network has it. */
export interface ContainerNetwork extends NetworkPlace {
  readonly name: string;
  readonly networkId: string;
  readonly ipv6?: NetworkPlace | undefined;
  readonly macAddress: string;
  /** Names by which others on a network that somebody made find it there. */
  readonly aliases: readonly string[];
  /** What was asked for; undefined: the network chose. */
  readonly wanted?: Pick<NetworkAttachment, 'address' | 'ipv6Address'> | undefined;
}

/** A mount as it is; a volume with the folder of the host that it is. */
export type MountDetails = Mount & { readonly folder?: string | undefined };

/** Paths on the host of what a container's files are. */
export interface ContainerPaths {
  readonly hostname: string;
  readonly hosts: string;
  readonly resolver: string;
  /** Its image's layers, topmost first. */
  readonly lower: readonly string[];
  /** What it has written; undefined where that was lost. */
  readonly upper: string | undefined;
  readonly work: string | undefined;
}

/** One run of a health check. */
export interface HealthResult {
  readonly startedAt: string;
  readonly endedAt: string;
  /** 0: well. -1: it could not be run, or took too long. */
  readonly exitCode: number;
  /** The first 4096 bytes of what it printed, or why there is nothing. */
  readonly output: string;
}

/** What the health checks of a container have found. */
export interface HealthReport {
  /** Of one that does not run: `unhealthy`, as Docker says it. */
  readonly status: 'starting' | 'healthy' | 'unhealthy';
  /** Failures in a row. */
  readonly failingStreak: number;
  /** The last five, the oldest first. */
  readonly log: readonly HealthResult[];
}

export interface ContainerDetails extends ContainerSummary {
  readonly spec: ContainerSpec;
  /** What it calls itself: in another's network that one's name, in the machine's the machine's. */
  readonly hostname: string;
  readonly path: string;
  readonly args: readonly string[];
  /** How many words of `path` and `args` are the entrypoint; the rest is the command. */
  readonly entrypointCount: number;
  /** `80/tcp`; the image's and the user's. */
  readonly exposedPorts: readonly string[];
  readonly stopSignal: string;
  readonly healthcheck: HealthcheckConfig | undefined;
  /** Undefined when it has no health check, or never ran. */
  readonly healthReport: HealthReport | undefined;
  readonly env: readonly string[];
  readonly user: string;
  readonly workingDir: string;
  readonly error: string;
  readonly oomKilled: boolean;
  readonly restartCount: number;
  readonly logPath: string | undefined;
  readonly networkDetails: readonly ContainerNetwork[];
  readonly mountDetails: readonly MountDetails[];
  /** Where inside there are volumes made for it alone. */
  readonly anonymousVolumes: readonly string[];
  readonly paths: ContainerPaths;
  /** The program that makes it: `crun`; empty where there is none. */
  readonly runtime: string;
  /** What of /proc and /sys it does not see, and what it cannot write to. */
  readonly maskedPaths: readonly string[];
  readonly readonlyPaths: readonly string[];
  readonly platform: string;
}

export interface AttachOptions extends CallOptions {
  readonly stdin: boolean;
  readonly size?: TerminalSize | undefined;
}

export interface ExecSpec {
  /** Nobody joins it: without a terminal its output goes nowhere, and the session is over once it has begun. */
  readonly detach?: boolean | undefined;
  readonly command: readonly string[];
  readonly tty?: boolean | undefined;
  readonly stdin?: boolean | undefined;
  readonly env?: readonly string[] | undefined;
  readonly user?: string | undefined;
  readonly workingDir?: string | undefined;
  readonly privileged?: boolean | undefined;
  readonly size?: TerminalSize | undefined;
}

export interface LogEntry {
  readonly stream: 'stdout' | 'stderr';
  /** RFC 3339 with nanoseconds, UTC. */
  readonly time: string;
  /** One line, newline included; a line longer than the log driver's record comes in pieces without one. */
  readonly data: Uint8Array;
}

export interface LogOptions extends CallOptions {
  readonly follow?: boolean | undefined;
  /** Newest lines to begin with; undefined: all. */
  readonly tail?: number | undefined;
  /** RFC 3339. */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

/** One reading. Counters are totals since start; percentages are worked out from two readings by the reader. */
export interface ContainerStats {
  readonly id: string;
  readonly time: string;
  readonly cpuTotalNs: number;
  readonly systemCpuTotalNs: number;
  readonly onlineCpus: number;
  /** Usage less the inactive file cache, as Docker shows it. */
  readonly memoryBytes: number;
  readonly memoryLimitBytes: number;
  readonly networkReceivedBytes: number;
  readonly networkSentBytes: number;
  readonly blockReadBytes: number;
  readonly blockWrittenBytes: number;
  readonly pids: number;
}

export interface ContainerChanges {
  readonly resources?: Resources | undefined;
  readonly restart?: RestartPolicy | undefined;
}

export interface ContainerPruneReport {
  readonly removed: readonly string[];
  readonly reclaimedBytes: number;
}

/** Isolated running instances. An `id` may be a name, an ID or a prefix of one that is unique. */
export interface Containers extends ContainerFiles {
  list(
    options?: CallOptions & {
      /** Default: running ones only. */
      readonly all?: boolean;
      readonly filters?: Filters;
      readonly size?: boolean;
      /** Newest N, whatever their state. */
      readonly last?: number;
    },
  ): Promise<readonly ContainerSummary[]>;
  inspect(id: string, options?: CallOptions & { readonly size?: boolean }): Promise<ContainerDetails>;
  /** Records it and prepares its read-write layer. The image must be here already. Result: the 64-digit ID. */
  create(
    spec: ContainerSpec,
    options?: CallOptions,
  ): Promise<{ readonly id: string; readonly warnings: readonly string[] }>;
  start(id: string, options?: CallOptions): Promise<void>;
  /** Starts with streams joined from the first byte. */
  startAttached(id: string, options: AttachOptions): Promise<Session>;
  attach(id: string, options: AttachOptions): Promise<Session>;
  exec(id: string, spec: ExecSpec, options?: CallOptions): Promise<Session>;
  /**
   * `timeoutSeconds` undefined: the container's own, else 10; -1 waits for ever. Stopped already: fine. Warns of an exit
   * status that is lost.
   */
  stop(
    id: string,
    options?: CallOptions & { readonly timeoutSeconds?: number; readonly stopSignal?: string },
  ): Promise<{ readonly warnings: readonly string[] }>;
  kill(id: string, options?: CallOptions & { readonly killSignal?: string }): Promise<void>;
  restart(id: string, options?: CallOptions & { readonly timeoutSeconds?: number }): Promise<void>;
  pause(id: string, options?: CallOptions): Promise<void>;
  unpause(id: string, options?: CallOptions): Promise<void>;
  /**
   * Changes limits, at once where it runs, and its restart policy; what is undefined stays. Rejects `invalid` for what
   * Docker refuses and `conflict` for what the kernel does (a limit below what is in use); nothing has changed then.
   */
  update(
    id: string,
    changes: ContainerChanges,
    options?: CallOptions,
  ): Promise<{ readonly warnings: readonly string[] }>;
  rename(id: string, name: string, options?: CallOptions): Promise<void>;
  /** Resolves with the exit status once it has ended; `removed` once the record has gone. */
  wait(id: string, options?: CallOptions & { readonly until?: 'stopped' | 'removed' }): Promise<number>;
  remove(
    id: string,
    options?: CallOptions & { readonly force?: boolean; readonly volumes?: boolean },
  ): Promise<void>;
  /** As many entries at once as there are: a log may have millions. Those of one batch share memory. */
  logs(id: string, options?: LogOptions): AsyncIterable<readonly LogEntry[]>;
  /** A reading at once and then one a second. */
  stats(id: string, options?: CallOptions): AsyncIterable<ContainerStats>;
  /** Processes inside, as `ps` columns; `psOptions` are the host's own. */
  top(
    id: string,
    options?: CallOptions & { readonly psOptions?: readonly string[] },
  ): Promise<{ readonly titles: readonly string[]; readonly rows: readonly (readonly string[])[] }>;
  prune(
    options?: CallOptions & { readonly filters?: Filters; readonly dryRun?: boolean },
  ): Promise<ContainerPruneReport>;
}
