import { GantryError } from '../../base/gantry-error.ts';
import { formatAddress, type IpFamily, parseAddress } from '../../base/ip-address.ts';
import { lastAddress, networkHolds, parseNetwork } from '../../base/ip-network.ts';
import {
  type AddressPool,
  type AddressRecord,
  type NetworkRecord,
  type NetworkRecords,
  poolOf,
  withPool,
} from './network-record.ts';

/**
 * Takes the next free address of a network's pool. Call it inside a metadata transaction: two processes then never get
 * the same one. The gateway is the bridge's, and what is reserved somebody else's. Throws `conflict` / `no-address`.
 */
export function takeAddress(
  records: NetworkRecords,
  { id, name }: NetworkRecord,
  family: IpFamily,
  use: AddressRecord,
  wanted?: string,
): string {
  const network = records.networks.get(name);
  const pool = network === undefined ? undefined : poolOf(network, family);
  if (network === undefined || pool === undefined) throw new Error(`network ${name} has no IPv${family}`);
  if (wanted !== undefined) return takeGiven(records, network, pool, use, wanted);
  const { first, last } = bounds(pool, true);
  const kept = keptAddresses(pool);
  const usable = last - first + 1n;
  const next = parseAddress(pool.next ?? '')?.value ?? first;
  const start = next >= first && next <= last ? next - first : 0n;
  for (let step = 0n; step < usable; step += 1n) {
    const value = first + ((start + step) % usable);
    const address = formatAddress({ family, value });
    const key = addressKey(id, address);
    if (kept.has(address) || records.addresses.has(key)) continue;
    records.addresses.put(key, use);
    const following = formatAddress({ family, value: value + 1n });
    records.networks.put(name, withPool(network, { ...pool, next: following }));
    return address;
  }
  throw new GantryError({
    kind: 'conflict',
    code: 'no-address',
    message: `no available IPv${family} addresses on this network's address pools: ${name} (${id})`,
    hint: 'Remove containers that are not used, or make a network with a larger subnet.',
  });
}

function takeGiven(
  records: NetworkRecords,
  network: NetworkRecord,
  pool: AddressPool,
  use: AddressRecord,
  wanted: string,
): string {
  const subnet = parseNetwork(pool.subnet);
  const parsed = parseAddress(wanted);
  const { first, last } = bounds(pool, false);
  if (parsed === undefined || !networkHolds(subnet, parsed) || parsed.value < first || parsed.value > last) {
    throw new GantryError({
      kind: 'invalid',
      code: 'address-outside',
      message: `Invalid address ${wanted}: It does not belong to any of this network's subnets`,
      hint: `Network ${network.name} has ${pool.subnet}.`,
    });
  }
  const address = formatAddress(parsed);
  const key = addressKey(network.id, address);
  // What is reserved may be asked for by name only.
  if (address === pool.gateway || records.addresses.has(key)) {
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
  address: string,
  hostInterface: string,
): void {
  const key = addressKey(networkId, address);
  if (records.addresses.get(key)?.hostInterface === hostInterface) records.addresses.delete(key);
}

/** 8 or 32 hexadecimal digits behind the network's ID. */
export function addressKey(networkId: string, address: string): string {
  const { family, value } = parseAddress(address) ?? { family: 4, value: 0n };
  return `${networkId}/${value.toString(16).padStart(family === 4 ? 8 : 32, '0')}`;
}

/** The network and the address of such a key. */
export function parseAddressKey(key: string): { readonly networkId: string; readonly address: string } {
  const [networkId = '', digits = '0'] = key.split('/');
  const family = digits.length > 8 ? 6 : 4;
  return { networkId, address: formatAddress({ family, value: BigInt(`0x${digits}`) }) };
}

/** The first and last address there is to have: not that of the network itself, nor IPv4's broadcast. */
function bounds(
  { subnet, range }: AddressPool,
  withinRange: boolean,
): { readonly first: bigint; readonly last: bigint } {
  const whole = parseNetwork(subnet);
  const first = whole.base + 1n;
  const last = lastAddress(whole) - (whole.family === 4 ? 1n : 0n);
  if (!withinRange || range === undefined) return { first, last };
  const part = parseNetwork(range);
  const end = lastAddress(part);
  return { first: part.base > first ? part.base : first, last: end < last ? end : last };
}

function keptAddresses({ gateway, reserved = {} }: AddressPool): ReadonlySet<string> {
  return new Set([gateway, ...Object.values(reserved)]);
}
