import type { ContainerSpec, Mount, NetworkAttachment, PortBinding } from '../../engine/containers.ts';
import { asObject, badDocument, requiredString } from '../../oci/decode-json.ts';
import type { HealthcheckConfig } from '../../oci/image-config.ts';
import type { ProcessIdentity } from '../host/process-identity.ts';
import type { Collection, Metadata } from '../metadata/metadata.ts';
import type { Endpoint } from '../network/networking.ts';
import type { RunningProcess } from '../runtime/runtime.ts';
import type { ContainerProcessConfig } from '../runtime/spec/process-config.ts';
import { type LifecycleState, legalMoves } from './lifecycle.ts';

/** Present while somebody is at the container (starts it, removes it) or it has a process. */
export interface RunRecord {
  /** A process of another boot is gone, whatever /proc says. */
  readonly bootId: string;
  /** Who starts or removes it, or did. */
  readonly owner: ProcessIdentity;
  /** Undefined until the runtime made it. */
  readonly process: RunningProcess | undefined;
}

/** What the restart policy has done and will do. */
export interface RestartRecord {
  /** Times it brought the container back since a person started it. */
  readonly count: number;
  /** Waited before the run that is, or will be; 0: started by hand. */
  readonly delayMs: number;
  /** When the next run is due, while the state is `restarting`. */
  readonly dueAt: string | undefined;
}

/** One container as the store keeps it. */
export interface ContainerRecord {
  readonly id: string;
  readonly name: string;
  readonly createdAt: string;
  /** As the user named it. */
  readonly image: string;
  readonly imageId: string;
  readonly platform: string;
  readonly spec: ContainerSpec;
  /** From image and spec; settled at creation, never changed. */
  readonly process: ContainerProcessConfig;
  /** Undefined: that of the host, or of the container whose network it joins. */
  readonly hostname: string | undefined;
  readonly stopSignal: string;
  readonly healthcheck: HealthcheckConfig | undefined;
  /** `80/tcp` */
  readonly exposedPorts: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** All of them, those of the image's VOLUMEs too; every volume has a name by now. */
  readonly mounts: readonly Mount[];
  /** Names of volumes that were made for this container alone. */
  readonly anonymousVolumes: readonly string[];
  readonly state: LifecycleState;
  readonly run: RunRecord | undefined;
  /** The networks it is on, or will be when it starts; none with the host's or another container's. */
  readonly attachments: readonly NetworkAttachment[];
  /** What it has of each of them while it runs, in their order; ports are with the first. */
  readonly endpoints: readonly Endpoint[];
  /** Published ports that its monitor holds, and that lead nowhere while it is on no network. */
  readonly idlePorts?: readonly PortBinding[] | undefined;
  readonly startedAt: string | undefined;
  readonly finishedAt: string | undefined;
  readonly exitCode: number | undefined;
  readonly oomKilled: boolean;
  /** Why the last start failed; empty when it did not. */
  readonly error: string;
  readonly restarts: RestartRecord;
  /**
   * Who brings it back: a `restart`, for which neither policy nor `--rm` have a say at its end, or who waits for the time
   * its policy set. When that process is gone whoever looks next has it brought back.
   */
  readonly restartedBy?: ProcessIdentity | undefined;
  /** A person stopped it: `unless-stopped` and `always` rest until it is started by hand. */
  readonly stoppedByHand: boolean;
  readonly health: HealthRecord | undefined;
  /** Who turns the files of its log when they are full. */
  readonly logTurner?: ProcessIdentity | undefined;
}

export interface HealthRecord {
  readonly status: 'starting' | 'healthy' | 'unhealthy';
  readonly failingStreak: number;
  /** Who has it checked now and then. */
  readonly watcher: ProcessIdentity;
}

export function containerRecords(metadata: Metadata): Collection<ContainerRecord> {
  return metadata.collection('containers', decodeContainerRecord);
}

/** Name → ID. A name is taken as long as it is here. */
export function containerNames(metadata: Metadata): Collection<string> {
  return metadata.collection('container-names', (document, key) => {
    if (typeof document !== 'string') throw badDocument(`record of container name ${key}`, 'not an ID');
    return document;
  });
}

/** Which containers were made from an image. Key: image ID, slash, container ID. */
export function imageUsers(metadata: Metadata): Collection<true> {
  return metadata.collection('image-users', () => true as const);
}

/** Sixty-four hexadecimal digits: the name of a folder too. */
export function isContainerId(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}

const states: ReadonlySet<string> = new Set<LifecycleState>([
  ...Object.values(legalMoves).flatMap((row) => Object.keys(row) as LifecycleState[]),
  ...Object.values(legalMoves).flatMap((row) => Object.values(row)),
]);

/**
 * The store is ours, yet a file on disk: what everything else leans on is looked at, the rest is trusted. The ID is the
 * name of a folder, and so are those of volumes.
 */
export function decodeContainerRecord(document: unknown, key: string): ContainerRecord {
  const what = `record of container ${key.slice(0, 12)}`;
  if (!isContainerId(key)) throw badDocument(what, 'its key is no ID');
  const object = asObject(document, what);
  if (requiredString(object, 'id', what) !== key) throw badDocument(what, '"id" is of another container');
  for (const name of ['name', 'createdAt', 'imageId', 'platform']) requiredString(object, name, what);
  if (!states.has(requiredString(object, 'state', what))) throw badDocument(what, '"state" is unknown');
  const process = asObject(object['process'], `${what} "process"`);
  for (const [owner, name] of [
    [process, 'args'],
    [process, 'env'],
    [object, 'mounts'],
    [object, 'attachments'],
    [object, 'endpoints'],
    [object, 'anonymousVolumes'],
  ] as const) {
    if (!Array.isArray(owner[name])) throw badDocument(what, `"${name}" is not a list`);
  }
  for (const name of ['spec', 'labels', 'restarts']) asObject(object[name], `${what} "${name}"`);
  return document as ContainerRecord;
}
