import type { TreeUsage } from '../host/tree-usage.ts';
import type { MountPlan, Snapshotter } from './snapshotter.ts';

/** The folders of one snapshot. */
export interface SnapshotFolders {
  /** The layer's own files, or with the copying form all there are. */
  readonly files: string;
  /** Kept empty for the kernel (overlayfs). */
  readonly work: string;
}

/** What the two ways to stack layers do differently; records, order and crash safety are the same. */
export interface SnapshotForm {
  readonly name: Snapshotter['name'];
  /** Fills the new, empty folder of a snapshot from its parent's. */
  fill(files: string, parentFiles: string): Promise<void>;
  /** `parents` is top first. */
  plan(own: SnapshotFolders, parents: readonly SnapshotFolders[], kind: 'active' | 'committed'): MountPlan;
  /** Its own part of what its folder takes. */
  ownUsage(whole: TreeUsage, parent: () => Promise<TreeUsage>): Promise<TreeUsage>;
}
