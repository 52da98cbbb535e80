import { GantryError } from '../../base/gantry-error.ts';
import { formatAddress, type IpFamily, parseAddress } from '../../base/ip-address.ts';
import { type IpNetwork, networksOverlap } from '../../base/ip-network.ts';

/**
 * The first network of a family that meets none of `taken`. IPv4: of Docker's address pools (172.17.0.0/16 to
 * 172.31.0.0/16, then 192.168.0.0/20 onwards), or of a few more below 10.88.0.0/13. IPv6: the first free /64 of a
 * unique local prefix (RFC 4193), whose 40 bits `globalId` are this engine's own. Throws `conflict` / `no-subnet`.
 */
export function chooseSubnet(taken: readonly IpNetwork[], family: IpFamily = 4, globalId = 0n): IpNetwork {
  for (const candidate of family === 4 ? candidatesV4() : candidatesV6(globalId)) {
    if (!taken.some((network) => networksOverlap(network, candidate))) return candidate;
  }
  throw new GantryError({
    kind: 'conflict',
    code: 'no-subnet',
    message: `could not find an available, non-overlapping IPv${family} address pool among the defaults to assign to the network`,
    hint: 'Name one yourself with --subnet, or remove networks that are not used.',
  });
}

/** The address of the bridge itself: the first one, as Docker gives it. */
export function gatewayOf({ family, base }: IpNetwork): string {
  return formatAddress({ family, value: base + 1n });
}

function* candidatesV4(): Generator<IpNetwork> {
  const at = (text: string, prefixLength: number): IpNetwork => ({
    family: 4,
    base: parseAddress(text)?.value ?? 0n,
    prefixLength,
  });
  for (let second = 17; second <= 31; second += 1) yield at(`172.${second}.0.0`, 16);
  for (let third = 0; third < 256; third += 16) yield at(`192.168.${third}.0`, 20);
  for (let second = 88; second < 96; second += 1) yield at(`10.${second}.0.0`, 16);
}

function* candidatesV6(globalId: bigint): Generator<IpNetwork> {
  const prefix = (0xfdn << 120n) | (BigInt.asUintN(40, globalId) << 80n);
  for (let subnet = 0n; subnet < 0x10000n; subnet += 1n) {
    yield { family: 6, base: prefix | (subnet << 64n), prefixLength: 64 };
  }
}
