import { chmodSync, chownSync, statSync } from 'node:fs';
import type { SnapshotForm } from './snapshot-form.ts';

/** Each snapshot has its own files only, and the kernel shows the stack as one (overlayfs). */
export const overlayForm: SnapshotForm = {
  name: 'overlay',

  /** The topmost folder's owner and mode are those of the view's root, so they come from the parent. */
  async fill(files, parentFiles) {
    const { mode, uid, gid } = statSync(parentFiles);
    chownSync(files, uid, gid);
    chmodSync(files, mode & 0o7777);
  },

  plan(own, parents, kind) {
    if (parents.length === 0) {
      return { kind: 'folder', lower: [], upper: undefined, work: undefined, folder: own.files };
    }
    const below = parents.map((parent) => parent.files);
    return kind === 'active'
      ? { kind: 'overlay', lower: below, upper: own.files, work: own.work, folder: undefined }
      : {
          kind: 'overlay',
          lower: [own.files, ...below],
          upper: undefined,
          work: undefined,
          folder: undefined,
        };
  },

  ownUsage: async (whole) => whole,
};
