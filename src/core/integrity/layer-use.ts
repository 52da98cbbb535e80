import { snapshotKey } from '../containers/container-context.ts';
import { isAlive } from '../containers/lifecycle.ts';
import type { CheckContext } from './problem.ts';
import { soundEntries } from './sound-entries.ts';

/**
 * Who has a layer mounted, or may have, in words: a container that runs, or work in flight (a build step). Its folder
 * must not be exchanged under them.
 */
export function layerUse({ services, containers }: CheckContext): (chainId: string) => string | undefined {
  const { snapshots, metadata } = services;
  const users = new Map<string, string>();
  const note = (key: string, user: string): void => {
    for (let at: string | undefined = key; at !== undefined; at = snapshots.info(at)?.parent) {
      if (!users.has(at)) users.set(at, user);
    }
  };
  for (const [id, record] of soundEntries(containers.records)) {
    if (isAlive(record.state)) note(snapshotKey(id), `container ${record.name}`);
  }
  for (const key of metadata.leases.protectedResources().snapshots) note(key, 'work in flight');
  return (chainId) => users.get(chainId);
}
