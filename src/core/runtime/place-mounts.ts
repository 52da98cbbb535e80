import { closeSync, constants, fstatSync, openSync, statfsSync } from 'node:fs';
import { GantryError } from '../../base/gantry-error.ts';
import { openInRoot } from '../host/open-in-root.ts';
import { readOpenLink } from '../host/read-open-link.ts';
import { isErrno } from '../host/system-error.ts';
import type { ResolvedMount } from './spec/mounts.ts';

/** Files of /proc that may be covered, as runc has it: for what shows a container its own share of the machine. */
const coverable = new Set([
  '/proc/cpuinfo',
  '/proc/diskstats',
  '/proc/loadavg',
  '/proc/meminfo',
  '/proc/net/dev',
  '/proc/slabinfo',
  '/proc/stat',
  '/proc/swaps',
  '/proc/uptime',
]);
const procMagic = 0x9fa0;

type Tmpfs = Extract<ResolvedMount, { kind: 'tmpfs' }>;

/**
 * Says where mounts really go: links of the image are followed, also those that lead to what is not there yet, which
 * the runtime makes then. A tmpfs over a folder of the image has that folder's mode, unless it asks for one. Refuses
 * those whose place is the root or in /proc: who covers /proc takes masks, labels and limits away that are set through
 * it (CVE-2019-16884).
 * @param rootDir the container's root, mounted, with nobody in it yet
 * @throws GantryError `start` / `bad-mount-target`
 */
export function placeMounts(rootDir: string, mounts: readonly ResolvedMount[]): readonly ResolvedMount[] {
  if (mounts.length === 0) return mounts;
  const root = openSync(rootDir, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    const placed = mounts.map((mount) => {
      const target = placeOf(root, mount.target);
      if (target === '/') throw bad(mount, "destination can't be '/'");
      if (target === '/proc' && !isProc(mount)) throw bad(mount, 'not of type proc');
      if (target.startsWith('/proc/') && !coverable.has(target)) throw bad(mount, 'inside /proc');
      return { ...mount, target };
    });
    const covers = [...systemFolders, ...placed.map(({ target }) => target)];
    return placed.map((mount) => {
      const covered = covers.some((folder) => mount.target.startsWith(`${folder}/`));
      return mount.kind === 'tmpfs' && !covered ? withModeBelow(root, mount) : mount;
    });
  } finally {
    closeSync(root);
  }
}

/** What of the image is never seen there. */
const systemFolders = ['/dev', '/proc', '/sys'];

function withModeBelow(root: number, mount: Tmpfs): Tmpfs {
  if (mount.options.split(',').some((option) => option.startsWith('mode='))) return mount;
  const below = openIfThere(root, mount.target.slice(1), pathOnly | constants.O_DIRECTORY);
  if (below === undefined) return mount;
  try {
    const mode = `mode=${(fstatSync(below).mode & 0o7777).toString(8)}`;
    return { ...mount, options: mount.options === '' ? mode : `${mount.options},${mode}` };
  } finally {
    closeSync(below);
  }
}

/**
 * Where a target is, links followed, also those that lead to what is not there yet: /proc is still empty, and what is
 * mounted later is what they lead to then.
 */
function placeOf(root: number, target: string): string {
  const waiting = target.split('/');
  const resolved: string[] = [];
  for (let links = 0; waiting.length > 0; ) {
    const part = waiting.shift() ?? '';
    if (part === '..') resolved.pop();
    if (part === '' || part === '.' || part === '..') continue;
    const leads = linkAt(root, [...resolved, part].join('/'));
    if (leads === undefined) resolved.push(part);
    else {
      links += 1;
      // The runtime says it better what is wrong with these.
      if (links > mostLinks) return target;
      if (leads.startsWith('/')) resolved.length = 0;
      waiting.unshift(...leads.split('/'));
    }
  }
  return `/${resolved.join('/')}`;
}

/** As Linux. */
const mostLinks = 40;
/** `O_PATH`, which Node does not name. */
const pathOnly = 0o10000000;

function linkAt(root: number, path: string): string | undefined {
  const fd = openIfThere(root, path, pathOnly | constants.O_NOFOLLOW);
  if (fd === undefined) return undefined;
  try {
    return fstatSync(fd).isSymbolicLink() ? Buffer.from(readOpenLink(fd)).toString() : undefined;
  } finally {
    closeSync(fd);
  }
}

function openIfThere(root: number, path: string, flags: number): number | undefined {
  try {
    return openInRoot(root, path, flags);
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'ENAMETOOLONG')) return undefined;
    throw error;
  }
}

function isProc(mount: ResolvedMount): boolean {
  return mount.kind === 'bind' && statfsSync(mount.source).type === procMagic;
}

function bad(mount: ResolvedMount, reason: string): GantryError {
  const source = mount.kind === 'bind' ? mount.source : 'tmpfs';
  return new GantryError({
    kind: 'start',
    code: 'bad-mount-target',
    message: `OCI runtime create failed: error mounting "${source}" to rootfs at "${mount.target}": ${
      reason.startsWith('dest') ? reason : `it cannot be mounted because it is ${reason}`
    }`,
    details: { exitCode: 125, stateExitCode: 128 },
  });
}
