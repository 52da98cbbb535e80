import { join } from 'node:path';
import type { ContentStore } from '../content/content-store.ts';
import type { EngineDirs } from '../engine-dirs.ts';
import type { ImageStore } from '../images/image-store.ts';
import type { Collection, Metadata } from '../metadata/metadata.ts';
import type { Networking } from '../network/networking.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Snapshotter } from '../snapshots/snapshotter.ts';
import type { VolumeStore } from '../volumes/volume-store.ts';
import { type ContainerRecord, containerNames, containerRecords, imageUsers } from './container-record.ts';

/** What containers are made from. What takes time to load comes as a function: `ps` asks for none of it. */
export interface ContainerServices {
  readonly dirs: EngineDirs;
  readonly metadata: Metadata;
  readonly images: () => Promise<ImageStore>;
  readonly content: () => Promise<ContentStore>;
  readonly snapshots: () => Promise<Snapshotter>;
  readonly runtime: () => Promise<Runtime>;
  readonly networking: () => Promise<Networking>;
  readonly volumes: () => Promise<VolumeStore>;
  /** Removes what no image needs any more. */
  readonly sweepImages: () => Promise<void>;
  /** Argv that starts this program: a monitor runs it when a container has ended and no gantry is there. */
  readonly selfCommand: readonly string[];
}

/** The services and the records, as every function of this folder takes them. */
export interface ContainerContext extends ContainerServices {
  readonly records: Collection<ContainerRecord>;
  readonly names: Collection<string>;
  /** Key: image ID, slash, container ID. */
  readonly imageUsers: Collection<true>;
}

export function containerContext(services: ContainerServices): ContainerContext {
  return {
    ...services,
    records: containerRecords(services.metadata),
    names: containerNames(services.metadata),
    imageUsers: imageUsers(services.metadata),
  };
}

/** Its persistent folder: bundle, log, exit code, the files of its own that are bound into it. */
export function containerDir(context: ContainerContext, id: string): string {
  return join(context.dirs.containers, id);
}

/** Key of its read-write layer. */
export function snapshotKey(id: string): string {
  return `container-${id}`;
}
