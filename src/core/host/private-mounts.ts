import { mount, mountFlags } from './mount.ts';
import { inMountNamespace } from './mount-namespace.ts';
import { namespaceFlags, unshare } from './namespaces.ts';

/**
 * Runs `work` in a mount namespace of its own, which dies with the last process that was started in it: nothing to
 * unmount, nothing that leaks when we are killed. Mounts made by the host later still arrive, ours do not go out.
 *
 * `work` must be synchronous: it may spawn, but not await. The thread pool stays outside, so asynchronous `fs` calls
 * do not see the mounts. Afterwards root and working folder are those from before. Throws `unavailable` / `eperm`
 * without the right to make namespaces.
 */
export function withPrivateMounts<T>(work: () => T): T {
  return inMountNamespace(
    () => unshare(namespaceFlags.mount),
    () => {
      mount({ source: 'none', target: '/', flags: mountFlags.recursive | mountFlags.slave });
      return work();
    },
  );
}
