import { GantryError } from '../../base/gantry-error.ts';
import { formatIpv4, type Ipv4Network, networksOverlap } from './ipv4.ts';

/**
 * The first of Docker's address pools (172.17.0.0/16 to 172.31.0.0/16, then 192.168.0.0/20 onwards), or of a few more
 * below 10.88.0.0/13, that meets none of `taken`. Throws `conflict` / `no-subnet` when all do.
 */
export function chooseSubnet(taken: readonly Ipv4Network[]): Ipv4Network {
  for (const candidate of candidates()) {
    if (!taken.some((network) => networksOverlap(network, candidate))) return candidate;
  }
  throw new GantryError({
    kind: 'conflict',
    code: 'no-subnet',
    message:
      'could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network',
    hint: 'Name one yourself with --subnet, or remove networks that are not used.',
  });
}

/** The address of the bridge itself: the first one, as Docker gives it. */
export function gatewayOf(network: Ipv4Network): string {
  return formatIpv4(network.base + 1);
}

function* candidates(): Generator<Ipv4Network> {
  const at = (a: number, b: number, c: number): number => a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8;
  for (let second = 17; second <= 31; second += 1) yield { base: at(172, second, 0), prefixLength: 16 };
  for (let third = 0; third < 256; third += 16) yield { base: at(192, 168, third), prefixLength: 20 };
  for (let second = 88; second < 96; second += 1) yield { base: at(10, second, 0), prefixLength: 16 };
}
