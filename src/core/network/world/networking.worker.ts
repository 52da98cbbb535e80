import { closeSync, openSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { toThreadError } from '../../../base/thread-error.ts';
import { namespaceFlags, setNamespace } from '../../host/namespaces.ts';
import { newNetworkNamespace } from '../../host/network-namespace.ts';
import { openMetadata } from '../../metadata/open-metadata.ts';
import { createNetworking } from '../create-networking.ts';
import { createNetworks } from '../create-networks.ts';
import type { NetworkAnswer, NetworkCall, NetworkThreadPlace } from './network-calls.ts';

/**
 * The thread of a user's gantry that is in the network of their world for good: a thread that came from the machine's
 * network may not go back there. All that concerns bridges, rules and cables is done here, by the same code as for root.
 */
const { netnsPath, root, database, uplink } = workerData as NetworkThreadPlace;
const target = openSync(netnsPath, 'r');
setNamespace(target, namespaceFlags.network);
closeSync(target);

const services = { metadata: openMetadata(database), dirs: { root }, uplink };
type Methods = Readonly<Record<string, (...values: readonly unknown[]) => unknown>>;
const nouns: Readonly<Record<NetworkCall['noun'], Methods>> = {
  networking: createNetworking({
    ...services,
    // They are bound already: on the machine, where this thread is not.
    bind: async (_records, bindings) => ({ bindings, descriptors: [], [Symbol.dispose]: () => undefined }),
  }) as unknown as Methods,
  networks: createNetworks(services) as unknown as Methods,
  thread: { newNetworkNamespace },
};

parentPort?.on('message', async ({ id, noun, method, values }: NetworkCall) => {
  const answer = (message: NetworkAnswer): void => parentPort?.postMessage(message);
  try {
    answer({ id, value: await nouns[noun][method]?.(...values) });
  } catch (error) {
    answer({ id, error: toThreadError(error) });
  }
});
