import type { ContainerSpec, Mount } from '../../engine/containers.ts';
import { asObject, badDocument, requiredString } from '../../oci/decode-json.ts';
import type { HealthcheckConfig } from '../../oci/image-config.ts';
import type { Collection, Metadata } from '../metadata/metadata.ts';
import type { Endpoint } from '../network/networking.ts';
import type { RunningProcess } from '../runtime/runtime.ts';
import type { LifecycleState } from './lifecycle.ts';
import { legalMoves } from './lifecycle.ts';

/** What image and spec together say of the process. Settled at creation, never changed. */
export interface ProcessConfig {
  /** Entrypoint and command joined; never empty. */
  readonly argv: readonly string[];
  readonly env: readonly string[];
  /** As written, `name[:group]`; empty: root. Looked up in the container's own files at start. */
  readonly user: string;
  readonly workingDir: string;
  readonly hostname: string;
  readonly stopSignal: string;
  readonly healthcheck: HealthcheckConfig | undefined;
  /** `80/tcp` */
  readonly exposedPorts: readonly string[];
}

/** Present while the container has a process, or is about to. */
export interface RunRecord {
  /** A process of another boot is gone, whatever /proc says. */
  readonly bootId: string;
  /** Differs for every start: who acts later (a delayed restart) sees whether it is still the same run. */
  readonly token: string;
  /** Undefined until the runtime made it. */
  readonly process: RunningProcess | undefined;
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
  readonly process: ProcessConfig;
  readonly labels: Readonly<Record<string, string>>;
  /** All of them, those of the image's VOLUMEs too; every volume has a name by now. */
  readonly mounts: readonly Mount[];
  /** Names of volumes that were made for this container alone. */
  readonly anonymousVolumes: readonly string[];
  readonly state: LifecycleState;
  readonly run: RunRecord | undefined;
  readonly endpoint: Endpoint | undefined;
  readonly startedAt: string | undefined;
  readonly finishedAt: string | undefined;
  readonly exitCode: number | undefined;
  readonly oomKilled: boolean;
  /** Why the last start failed; empty when it did not. */
  readonly error: string;
  readonly restartCount: number;
  /** A person stopped it: `unless-stopped` and `always` rest until it is started by hand. */
  readonly stoppedByHand: boolean;
  readonly health: HealthRecord | undefined;
}

export interface HealthRecord {
  readonly status: 'starting' | 'healthy' | 'unhealthy';
  readonly failingStreak: number;
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

const states: ReadonlySet<string> = new Set<LifecycleState>([
  ...Object.values(legalMoves).flatMap((row) => Object.keys(row) as LifecycleState[]),
  ...Object.values(legalMoves).flatMap((row) => Object.values(row)),
]);

/** The store is ours, yet a file on disk: what everything else leans on is looked at, the rest is trusted. */
function decodeContainerRecord(document: unknown, key: string): ContainerRecord {
  const what = `record of container ${key.slice(0, 12)}`;
  const object = asObject(document, what);
  if (requiredString(object, 'id', what) !== key) throw badDocument(what, '"id" is of another container');
  for (const name of ['name', 'createdAt', 'imageId', 'platform']) requiredString(object, name, what);
  if (!states.has(requiredString(object, 'state', what))) throw badDocument(what, '"state" is unknown');
  const process = asObject(object['process'], `${what} "process"`);
  for (const [owner, name] of [
    [process, 'argv'],
    [process, 'env'],
    [object, 'mounts'],
    [object, 'anonymousVolumes'],
  ] as const) {
    if (!Array.isArray(owner[name])) throw badDocument(what, `"${name}" is not a list`);
  }
  for (const name of ['spec', 'labels']) asObject(object[name], `${what} "${name}"`);
  return document as ContainerRecord;
}
