import type { ContainerSpec, NetworkAttachment } from '../../engine/containers.ts';

/** The networks a new container is to be on. */
export function attachmentsOf(spec: ContainerSpec): readonly NetworkAttachment[] {
  const { network = 'bridge', networkAliases, address, ipv6Address, macAddress, moreNetworks = [] } = spec;
  if (network === 'host' || network === 'none' || network.startsWith('container:')) return [];
  const first = network === 'default' ? 'bridge' : network;
  return [{ network: first, aliases: networkAliases, address, ipv6Address, macAddress }, ...moreNetworks];
}
