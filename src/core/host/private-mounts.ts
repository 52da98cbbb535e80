import { mount, mountFlags } from './mount.ts';
import { namespaceFlags, returningTo, unshare } from './namespaces.ts';
import { returningToFolder } from './working-folder.ts';

/**
 * Runs `work` in a mount namespace of its own, which dies with the last process that was started in it: nothing to
 * unmount, nothing that leaks when we are killed. Mounts made by the host later still arrive, ours do not go out.
 *
 * `work` must be synchronous: it may spawn, but not await. The thread pool stays outside, so asynchronous `fs` calls
 * do not see the mounts. Afterwards root and working folder are those from before. Throws `unavailable` / `eperm`
 * without the right to make namespaces.
 */
export function withPrivateMounts<T>(work: () => T): T {
  let left = false;
  const leave = (): void => {
    unshare(namespaceFlags.mount);
    left = true;
  };
  const inside = (): T => {
    mount({ source: 'none', target: '/', flags: mountFlags.recursive | mountFlags.slave });
    return work();
  };
  // setns(2) leaves the thread at the root of the namespace it enters.
  return returningToFolder(
    () => returningTo('mnt', leave, inside),
    () => left,
  );
}
