import { snapshotKey } from '../containers/container-context.ts';
import { isInhabited } from '../containers/container-remains.ts';
import { isAlive } from '../containers/lifecycle.ts';
import { ownNamesIn } from '../host/own-folder.ts';
import type { Lease } from '../metadata/metadata.ts';
import type { CheckContext } from './problem.ts';
import { soundEntries } from './sound-entries.ts';

/**
 * Who has a layer mounted, or may have, in words: a container that runs, or work in flight (a build step). Its folder
 * must not be exchanged under them. What `ownLease` protects is nobody's use.
 */
export function layerUse(
  { services, containers }: CheckContext,
  ownLease?: Lease,
): (chainId: string) => string | undefined {
  const { dirs, snapshots, metadata } = services;
  const users = new Map<string, string>();
  const note = (key: string, user: string): void => {
    const seen = new Set<string>();
    for (
      let at: string | undefined = key;
      at !== undefined && !seen.has(at);
      at = snapshots.info(at)?.parent
    ) {
      seen.add(at);
      if (!users.has(at)) users.set(at, user);
    }
  };
  for (const [id, record] of soundEntries(containers.records)) {
    if (isAlive(record.state)) note(snapshotKey(id), `container ${record.name}`);
  }
  // Also of one whose record is lost or damaged.
  for (const id of ownNamesIn(dirs.containers)) {
    if (isInhabited(dirs, id)) note(snapshotKey(id), `container ${id.slice(0, 12)}`);
  }
  for (const key of metadata.leases.protectedResources(ownLease).snapshots) note(key, 'work in flight');
  return (chainId) => users.get(chainId);
}
