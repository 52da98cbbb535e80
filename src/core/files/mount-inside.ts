import { closeSync, constants, mkdirSync, openSync, statSync } from 'node:fs';
import { mount, mountFlags } from '../host/mount.ts';
import { openInRoot } from '../host/open-in-root.ts';
import { placeFlag } from '../layers/held-folder.ts';
import { findPlace } from './find-place.ts';

/** A bind as a container has it; other kinds are passed over. */
export interface InnerMount {
  readonly kind: string;
  readonly source?: string;
  readonly target: string;
  readonly readOnly?: boolean;
}

/**
 * Binds what a container has mounted onto its root, outer ones first, targets looked up inside the root. What a tmpfs
 * holds is gone when nothing runs, and a source that is gone has nothing to show. Inside a private mount namespace.
 */
export function mountInside(rootFd: number, mounts: readonly InnerMount[]): void {
  const binds = mounts.filter(({ kind, source }) => kind === 'bind' && source !== undefined);
  for (const bind of binds.toSorted((a, b) => depth(a.target) - depth(b.target))) {
    const stats = statSync(bind.source!, { throwIfNoEntry: false });
    if (stats !== undefined) mountOne(rootFd, bind, stats.isDirectory());
  }
}

function mountOne(rootFd: number, { source = '', target, readOnly }: InnerMount, isFolder: boolean): void {
  if (!makeTarget(rootFd, target, isFolder)) return;
  withPlace(rootFd, target, (at) => {
    mount({ source, target: at, flags: mountFlags.bind | mountFlags.recursive });
  });
  if (readOnly !== true) return;
  withPlace(rootFd, target, (at) => {
    const flags = mountFlags.bind | mountFlags.remount | mountFlags.readOnly;
    mount({ source: 'none', target: at, flags });
  });
}

/** The topmost mount there. */
function withPlace(rootFd: number, target: string, work: (at: string) => void): void {
  const fd = openInRoot(rootFd, target, placeFlag);
  try {
    work(`/proc/self/fd/${fd}`);
  } finally {
    closeSync(fd);
  }
}

/** A container that never ran lacks what the runtime makes to mount upon. False where something else is in the way. */
function makeTarget(rootFd: number, target: string, isFolder: boolean): boolean {
  const parts = target.split('/').filter((part) => part !== '');
  for (let count = 1; count <= parts.length; count += 1) {
    using place = findPlace(rootFd, `/${parts.slice(0, count).join('/')}`, true);
    if (place === undefined) return false;
    const needsFolder = count < parts.length || isFolder;
    if (place.stats !== undefined) {
      if (place.stats.isDirectory() !== needsFolder) return false;
    } else if (needsFolder) {
      mkdirSync(place.folder.path(place.name), 0o755);
    } else {
      const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
      closeSync(openSync(place.folder.path(place.name), flags, 0o644));
    }
  }
  return true;
}

function depth(path: string): number {
  return path.split('/').length;
}
