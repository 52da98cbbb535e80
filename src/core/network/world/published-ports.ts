import { GantryError } from '../../../base/gantry-error.ts';
import { parseAddress } from '../../../base/ip-address.ts';
import { type IpNetwork, networkHolds, parseNetwork } from '../../../base/ip-network.ts';
import {
  addForward,
  listForwards,
  type PortForward,
  removeForward,
} from '../../host/user-world/port-forwards.ts';
import type { NetworkContext } from '../network-context.ts';
import type { PublishedPort } from '../network-record.ts';

/** Leads ports of the machine to containers. Throws `conflict` / `port-in-use`; none of them is led then. */
export async function publish(socket: string, ports: readonly PublishedPort[]): Promise<void> {
  for (const forward of ports.flatMap(forwardOf)) {
    if (await addForward(socket, forward)) continue;
    // Another gantry that set all right again may have been quicker.
    if ((await listForwards(socket)).some((open) => isSame(open, forward))) continue;
    throw new GantryError({
      kind: 'conflict',
      code: 'port-in-use',
      message: `Bind for ${forward.hostAddress}:${forward.hostPort} failed: port is already allocated`,
      hint: 'Stop what uses the port, or publish another one.',
    });
  }
}

/**
 * Makes what is published what the records say: of this root's networks only, for others of the same user are in the
 * same world. Ports that cannot be had are left: whoever starts their container says so.
 */
export async function publishAsRecorded(
  socket: string,
  { records }: NetworkContext,
  options: { readonly missing: boolean },
): Promise<void> {
  const wanted = [...records.ports.entries()].flatMap(([, port]) => forwardOf(port));
  const subnets = [...records.networks.entries()].map(([, { subnet }]) => parseNetwork(subnet));
  const open = await listForwards(socket);
  for (const forward of open) {
    const isOurs = isWithin(forward.address, subnets);
    if (isOurs && !wanted.some((other) => isSame(other, forward))) await removeForward(socket, forward);
  }
  if (!options.missing) return;
  for (const forward of wanted) {
    if (!open.some((other) => isSame(other, forward))) await addForward(socket, forward);
  }
}

function isWithin(text: string, networks: readonly IpNetwork[]): boolean {
  const address = parseAddress(text);
  return address !== undefined && networks.some((network) => networkHolds(network, address));
}

/** It has no way in for IPv6. */
function forwardOf(published: PublishedPort): readonly PortForward[] {
  const { protocol, hostAddress, hostPort, address, containerPort } = published;
  return hostAddress.includes(':') ? [] : [{ protocol, hostAddress, hostPort, address, port: containerPort }];
}

function isSame(a: PortForward, b: PortForward): boolean {
  return (
    a.protocol === b.protocol &&
    a.hostAddress === b.hostAddress &&
    a.hostPort === b.hostPort &&
    a.address === b.address &&
    a.port === b.port
  );
}
