import type { CommandContext } from '../command-context.ts';

/** A network in the shape of Docker's `inspect`, with the names of the containers that joined it. */
export async function networkDocument(
  { engine, signal }: CommandContext,
  name: string,
): Promise<Readonly<Record<string, unknown>>> {
  const network = await engine.networks.inspect(name, { signal });
  const joined = Object.entries(network.endpoints);
  const containers = joined.length === 0 ? [] : await engine.containers.list({ signal, all: true });
  const names = new Map(containers.map((container) => [container.id, container.name]));
  const bits = network.subnet?.split('/')[1];
  return {
    Name: network.name,
    Id: network.id,
    Created: network.createdAt,
    Scope: 'local',
    Driver: network.driver,
    EnableIPv4: true,
    EnableIPv6: false,
    IPAM: {
      Driver: 'default',
      Options: null,
      Config:
        network.subnet === undefined ? [] : [{ Subnet: network.subnet, Gateway: network.gateway ?? '' }],
    },
    Internal: false,
    Attachable: false,
    Ingress: false,
    Containers: Object.fromEntries(
      joined.map(([id, address]) => [
        id,
        {
          Name: names.get(id) ?? '',
          IPv4Address: bits === undefined || address.includes('/') ? address : `${address}/${bits}`,
        },
      ]),
    ),
    Options: {},
    Labels: network.labels,
  };
}
