import { isAlive } from '../containers/lifecycle.ts';
import { ownIdentity } from '../host/process-identity.ts';
import { addressKey } from '../network/address-pool.ts';
import { networkRecords } from '../network/network-record.ts';
import { addressesOf } from '../network/networking.ts';
import type { CheckContext } from './problem.ts';
import { soundEntries } from './sound-entries.ts';

/** Notes anew whose an address is, if a container that runs has it; else it is free. */
export function restoreAddress({ services: { metadata }, containers }: CheckContext, key: string): void {
  const { addresses } = networkRecords(metadata);
  metadata.transaction(() => {
    addresses.delete(key);
    for (const [containerId, { state, endpoints }] of soundEntries(containers.records)) {
      const own = endpoints.find((endpoint) =>
        addressesOf(endpoint).some((address) => addressKey(endpoint.networkId, address) === key),
      );
      if (own === undefined || !isAlive(state)) continue;
      addresses.put(key, { containerId, hostInterface: own.hostInterface, owner: ownIdentity() });
    }
  });
}
