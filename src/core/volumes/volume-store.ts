import type { MountPlan } from '../snapshots/snapshotter.ts';

/** What containers need of volumes. The port's own view is `createVolumes`. */
export interface VolumeStore {
  /** The folder to mount. Throws `corrupt` / `store-folder-replaced` when something else stands in its place. */
  dataDir(name: string): string;
  /** Makes it if it is not there. Throws `invalid` / `bad-volume-name`. */
  ensure(
    name: string,
    options: { readonly anonymous: boolean; readonly labels?: Readonly<Record<string, string>> | undefined },
  ): Promise<void>;
  /**
   * Copies what the image has at `target` into the volume, with owners, modes and attributes, if the volume is empty.
   * Nothing there, or no folder: the volume stays as it is.
   */
  populate(name: string, rootfs: MountPlan, target: string): Promise<void>;
  /** Notes that a container has it; inside the transaction that records the container. Gone meanwhile: `conflict`. */
  addUser(name: string, containerId: string): void;
  /** Inside the transaction that removes the container. */
  forgetUser(name: string, containerId: string): void;
  /** Whether it went. */
  removeIfUnused(name: string): Promise<boolean>;
}
