import { returningTo } from './namespaces.ts';
import { returningToFolder } from './working-folder.ts';

/**
 * Runs `work`, synchronous, where `enter` brings the calling thread: another mount namespace. Afterwards namespace,
 * root and working folder are those from before. What `enter` throws comes out, and nothing has changed.
 */
export function inMountNamespace<T>(enter: () => void, work: () => T): T {
  let entered = false;
  const leave = (): void => {
    enter();
    entered = true;
  };
  // setns(2) leaves the thread at the root of the namespace it enters.
  return returningToFolder(
    () => returningTo('mnt', leave, work),
    () => entered,
  );
}
