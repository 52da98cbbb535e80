import { GantryError } from '../../base/gantry-error.ts';
import { formatAddress, type IpFamily, parseAddress } from '../../base/ip-address.ts';
import { formatNetwork, networksOverlap, parseNetwork } from '../../base/ip-network.ts';
import type { WantedPools } from './check-pools.ts';
import { chooseSubnet, gatewayOf } from './choose-subnet.ts';
import { takenSubnets } from './find-network.ts';
import type { NetworkContext } from './network-context.ts';
import { globalId } from './network-names.ts';
import type { AddressPool, NetworkRecord } from './network-record.ts';

/**
 * The pools of a new network, inside the transaction that records it: what was asked for, and what nobody has for the
 * rest. Throws `conflict` / `subnet-overlaps`, `no-subnet`.
 */
export function choosePools(
  context: NetworkContext,
  wanted: WantedPools,
  ipv6: boolean,
): AddressPool & Pick<NetworkRecord, 'ipv6'> {
  return { ...choosePool(context, wanted, 4), ...(ipv6 && { ipv6: choosePool(context, wanted, 6) }) };
}

function choosePool(
  context: NetworkContext,
  { [4]: v4, [6]: v6 }: WantedPools,
  family: IpFamily,
): AddressPool {
  const wanted = family === 4 ? v4 : v6;
  const taken = takenSubnets(context, family);
  if (wanted === undefined) {
    const subnet = chooseSubnet(taken, family, globalId(context.root));
    return { subnet: formatNetwork(subnet), gateway: gatewayOf(subnet) };
  }
  const subnet = parseNetwork(wanted.subnet);
  if (taken.some((other) => networksOverlap(other, subnet))) {
    throw new GantryError({
      kind: 'conflict',
      code: 'subnet-overlaps',
      message: 'Pool overlaps with other one on this address space',
      hint: `${wanted.subnet} meets a network or a route of this host.`,
    });
  }
  const { range, reserved = {} } = wanted;
  return {
    subnet: formatNetwork(subnet),
    gateway: wanted.gateway === undefined ? firstFree(subnet.base, family, reserved) : plain(wanted.gateway),
    ...(range !== undefined && { range: formatNetwork(parseNetwork(range)) }),
    ...(Object.keys(reserved).length > 0 && {
      reserved: Object.fromEntries(Object.entries(reserved).map(([name, address]) => [name, plain(address)])),
    }),
    given: true,
  };
}

function firstFree(base: bigint, family: IpFamily, reserved: Readonly<Record<string, string>>): string {
  const kept = new Set(Object.values(reserved).map(plain));
  let value = base + 1n;
  while (kept.has(formatAddress({ family, value }))) value += 1n;
  return formatAddress({ family, value });
}

/** In the one form that addresses are compared in. */
function plain(address: string): string {
  const parsed = parseAddress(address);
  return parsed === undefined ? address : formatAddress(parsed);
}
