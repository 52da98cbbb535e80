import { closeSync, openSync, readlinkSync } from 'node:fs';
import { checked, libcFunction } from './libc.ts';

/** Bits of unshare(2) and setns(2). */
export const namespaceFlags = {
  /** Not a namespace: root and working folder of this thread become its own. */
  fileSystem: 0x200,
  mount: 0x20000,
  cgroup: 0x2000000,
  uts: 0x4000000,
  ipc: 0x8000000,
  user: 0x10000000,
  pid: 0x20000000,
  network: 0x40000000,
} as const;

/**
 * Moves the calling thread (not the process) into new namespaces. Whoever calls it must come back, in the same
 * synchronous block, by {@link setNamespace}: prefer `withPrivateMounts` and `withNetworkNamespace`.
 */
export function unshare(flags: number): void {
  checked(unshareCall(flags), 'unshare');
}

/** Moves the calling thread into the namespace an open descriptor means. */
export function setNamespace(fd: number, flag: number): void {
  checked(setnsCall(fd, flag), 'setns');
}

/** A descriptor of a namespace the calling thread is in; close it. */
export function openOwnNamespace(name: 'mnt' | 'net'): number {
  return openSync(`/proc/thread-self/ns/${name}`, 'r');
}

/** `mnt:[4026531841]`: two processes with the same text share the namespace. */
export function namespaceIdentity(pid: number | 'thread-self', name: 'mnt' | 'net' | 'pid' | 'user'): string {
  return readlinkSync(`/proc/${pid}/ns/${name}`);
}

/**
 * Leaves the namespace the calling thread is in, runs `work`, and comes back. What `leave` throws comes out: the thread
 * is where it was. A thread that cannot come back would do everything after in the wrong place, so that ends the
 * process.
 */
export function returningTo<T>(name: 'mnt' | 'net', leave: () => void, work: () => T): T {
  const home = openOwnNamespace(name);
  try {
    leave();
    try {
      return work();
    } finally {
      comeBack(home, name);
    }
  } finally {
    closeSync(home);
  }
}

function comeBack(home: number, name: 'mnt' | 'net'): void {
  try {
    setNamespace(home, name === 'mnt' ? namespaceFlags.mount : namespaceFlags.network);
  } catch (error) {
    process.stderr.write(`gantry: cannot return to its ${name} namespace: ${String(error)}\n`);
    process.abort();
  }
}

const unshareCall = libcFunction('unshare', ['int']);
const setnsCall = libcFunction('setns', ['int', 'int']);
