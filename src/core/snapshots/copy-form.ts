import { copyTree } from '../host/copy-tree.ts';
import type { SnapshotForm } from './snapshot-form.ts';

/** Each snapshot is a whole tree, copied from its parent's: for machines and file systems without overlayfs. */
export const copyForm: SnapshotForm = {
  name: 'copy',

  fill: (files, parentFiles) => copyTree(parentFiles, files),

  plan: (own) => ({ kind: 'folder', lower: [], upper: undefined, work: undefined, folder: own.files }),

  async ownUsage(whole, parent) {
    const below = await parent();
    return {
      sizeBytes: Math.max(0, whole.sizeBytes - below.sizeBytes),
      inodes: Math.max(0, whole.inodes - below.inodes),
    };
  },
};
