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

/**
 * Refuses mounts whose place is the root or in /proc, wherever links of the image lead: who covers /proc takes masks,
 * labels and limits away that are set through it (CVE-2019-16884).
 * @param rootDir the container's root, mounted, with nobody in it yet
 * @throws GantryError `start` / `bad-mount-target`
 */
export function checkMountTargets(rootDir: string, mounts: readonly ResolvedMount[]): void {
  if (mounts.length === 0) return;
  const root = openSync(rootDir, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    for (const mount of mounts) {
      const place = placeOf(root, mount.target);
      if (place === '/') throw bad(mount, "destination can't be '/'");
      if (place === '/proc' && !isProc(mount)) throw bad(mount, 'not of type proc');
      if (place.startsWith('/proc/') && !coverable.has(place)) throw bad(mount, 'inside /proc');
    }
  } finally {
    closeSync(root);
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
const linkItself = 0o10000000 | constants.O_NOFOLLOW;

function linkAt(root: number, path: string): string | undefined {
  let fd: number;
  try {
    fd = openInRoot(root, path, linkItself);
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'ENAMETOOLONG')) return undefined;
    throw error;
  }
  try {
    return fstatSync(fd).isSymbolicLink() ? Buffer.from(readOpenLink(fd)).toString() : undefined;
  } finally {
    closeSync(fd);
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
