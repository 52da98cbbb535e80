import type { CommandContext } from '../command-context.ts';
import { endpointId } from './endpoint-id.ts';

/** A network in the shape of Docker's `inspect`, with the names of the containers that joined it. */
export async function networkDocument(
  { engine, signal }: CommandContext,
  name: string,
): Promise<Readonly<Record<string, unknown>>> {
  const network = await engine.networks.inspect(name, { signal });
  const joined = Object.entries(network.endpoints);
  const containers = await Promise.all(
    joined.map(([id]) => engine.containers.inspect(id, { signal }).catch(() => undefined)),
  );
  const [v4, v6] = network.pools.map(({ subnet }) => subnet.split('/')[1]);
  const withBits = (address: string | undefined, bits: string | undefined): string =>
    address === undefined || address === '' ? '' : `${address}/${bits}`;
  return {
    Name: network.name,
    Id: network.id,
    Created: network.createdAt,
    Scope: 'local',
    Driver: network.driver,
    EnableIPv4: true,
    EnableIPv6: v6 !== undefined,
    IPAM: {
      Driver: 'default',
      Options: network.name === 'bridge' ? null : {},
      Config: network.pools.map(({ subnet, range, gateway, reserved }) => ({
        Subnet: subnet,
        ...(range !== undefined && { IPRange: range }),
        Gateway: gateway,
        ...(reserved !== undefined && { AuxiliaryAddresses: reserved }),
      })),
    },
    Internal: network.internal,
    Attachable: network.attachable,
    Ingress: false,
    ConfigFrom: { Network: '' },
    ConfigOnly: false,
    Containers: Object.fromEntries(
      joined.map(([id, { address, ipv6Address }], at) => [
        id,
        {
          Name: containers[at]?.name ?? '',
          EndpointID: endpointId(id, network.id),
          MacAddress:
            containers[at]?.networkDetails.find(({ networkId }) => networkId === network.id)?.macAddress ??
            '',
          IPv4Address: withBits(address, v4),
          IPv6Address: withBits(ipv6Address, v6),
        },
      ]),
    ),
    Options: network.options,
    Labels: network.labels,
  };
}
