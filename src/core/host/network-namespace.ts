import { closeSync, openSync } from 'node:fs';
import { namespaceFlags, openOwnNamespace, returningTo, setNamespace, unshare } from './namespaces.ts';

/**
 * Runs `work` with the calling thread in the network namespace at `path` (`/proc/PID/ns/net` or a bind mount of it).
 * Sockets made inside stay in it for good. `work` must be synchronous.
 */
export function withNetworkNamespace<T>(path: string, work: () => T): T {
  const target = openSync(path, 'r');
  try {
    return returningTo('net', () => setNamespace(target, namespaceFlags.network), work);
  } finally {
    closeSync(target);
  }
}

/**
 * Makes a network namespace and returns a descriptor of it, which keeps it alive and which the caller closes. Bind
 * `/proc/self/fd/N` somewhere to give it a name.
 */
export function newNetworkNamespace(): number {
  return returningTo(
    'net',
    () => unshare(namespaceFlags.network),
    () => openOwnNamespace('net'),
  );
}
