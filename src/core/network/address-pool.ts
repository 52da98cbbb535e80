import { GantryError } from '../../base/gantry-error.ts';
import type { ProcessIdentity } from '../host/process-identity.ts';
import { networkSize, parseIpv4, parseSubnet } from './ipv4.ts';
import type { AddressRecord, NetworkRecord, NetworkRecords } from './network-record.ts';

/**
 * Takes the next free address of a network. Call it inside a metadata transaction: two processes then never get the
 * same one. The first address is the bridge's, the last one broadcast. Throws `conflict` / `no-address`.
 */
export function takeAddress(
  records: NetworkRecords,
  network: NetworkRecord,
  use: { readonly containerId: string; readonly hostInterface: string; readonly owner: ProcessIdentity },
  wanted?: string,
): number {
  const subnet = parseSubnet(network.subnet);
  const gateway = parseIpv4(network.gateway);
  if (wanted !== undefined) return takeGiven(records, network, use, wanted);
  const usable = networkSize(subnet) - 2;
  const start = network.nextAddress > subnet.base ? network.nextAddress - subnet.base - 1 : 0;
  for (let step = 0; step < usable; step += 1) {
    const address = subnet.base + 1 + ((start + step) % usable);
    const key = addressKey(network.id, address);
    if (address === gateway || records.addresses.has(key)) continue;
    records.addresses.put(key, use);
    records.networks.put(network.name, { ...network, nextAddress: address + 1 });
    return address;
  }
  throw new GantryError({
    kind: 'conflict',
    code: 'no-address',
    message: `no available IPv4 addresses on this network's address pools: ${network.name} (${network.id})`,
    hint: 'Remove containers that are not used, or make a network with a larger subnet.',
  });
}

function takeGiven(
  records: NetworkRecords,
  network: NetworkRecord,
  use: AddressRecord,
  wanted: string,
): number {
  const subnet = parseSubnet(network.subnet);
  const address = parseIpv4(wanted);
  const last = subnet.base + networkSize(subnet) - 1;
  if (address === undefined || address <= subnet.base || address >= last) {
    throw new GantryError({
      kind: 'invalid',
      code: 'address-outside',
      message: `Invalid address ${wanted}: It does not belong to any of this network's subnets`,
      hint: `Network ${network.name} has ${network.subnet}.`,
    });
  }
  const key = addressKey(network.id, address);
  if (address === parseIpv4(network.gateway) || records.addresses.has(key)) {
    throw new GantryError({
      kind: 'conflict',
      code: 'address-in-use',
      message: `Address already in use: ${wanted}`,
    });
  }
  records.addresses.put(key, use);
  return address;
}

/** Gives an address back, if it is still that use's own: a late or second call does no harm. */
export function returnAddress(
  records: NetworkRecords,
  networkId: string,
  address: number,
  hostInterface: string,
): void {
  const key = addressKey(networkId, address);
  if (records.addresses.get(key)?.hostInterface === hostInterface) records.addresses.delete(key);
}

export function addressKey(networkId: string, address: number): string {
  return `${networkId}/${address.toString(16).padStart(8, '0')}`;
}
