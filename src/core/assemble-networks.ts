import type { Networks } from '../engine/networks.ts';
import { type ContainerServices, containerContext } from './containers/container-context.ts';
import { createNetworks } from './network/create-networks.ts';

/** The port's networks: those there are, and the containers on them. */
export function assembleNetworks(
  services: ContainerServices,
  networks: Omit<Networks, 'connect' | 'disconnect'> = createNetworks(services),
): Networks {
  const nameOf = async (network: string): Promise<string> => (await networks.inspect(network)).name;
  return {
    ...networks,
    async connect(network, container, options) {
      const { connectNetwork } = await import('./containers/connect-network.ts');
      await connectNetwork(containerContext(services), await nameOf(network), container, options);
    },
    async disconnect(network, container, options) {
      const { disconnectNetwork } = await import('./containers/connect-network.ts');
      await disconnectNetwork(containerContext(services), await nameOf(network), container, options);
    },
  };
}
