import { GantryError } from '../../base/gantry-error.ts';
import { type IpFamily, parseAddress } from '../../base/ip-address.ts';
import { type IpNetwork, networkHolds, parseNetwork } from '../../base/ip-network.ts';
import type { NetworkSpec } from '../../engine/networks.ts';

type WantedPool = NonNullable<NetworkSpec['pools']>[number];

/** What was asked for, by family. */
export type WantedPools = Readonly<Partial<Record<IpFamily, WantedPool>>>;

/**
 * Looks whether the addresses somebody named fit each other. Throws `invalid` / `bad-subnet`, `bad-pool`; `unsupported`
 * for more than one subnet of a family.
 */
export function checkPools(pools: readonly WantedPool[], ipv6: boolean): WantedPools {
  const wanted: Partial<Record<IpFamily, WantedPool>> = {};
  for (const pool of pools) {
    const subnet = parseNetwork(pool.subnet);
    checkSize(subnet, pool.subnet);
    if (subnet.family === 6 && !ipv6) {
      throw bad(`invalid subnet ${pool.subnet}: the network has no IPv6`, 'Add --ipv6.');
    }
    if (wanted[subnet.family] !== undefined) {
      throw new GantryError({
        kind: 'unsupported',
        code: 'many-subnets',
        message: "bridge driver doesn't support multiple subnets",
        hint: `${wanted[subnet.family]?.subnet} and ${pool.subnet} are both IPv${subnet.family}: one of a family is all there is.`,
      });
    }
    checkPool(pool, subnet);
    wanted[subnet.family] = pool;
  }
  return wanted;
}

function checkPool({ gateway, range, reserved = {}, subnet: text }: WantedPool, subnet: IpNetwork): void {
  if (gateway !== undefined) checkWithin('gateway', gateway, subnet, text);
  for (const address of Object.values(reserved)) checkWithin('auxiliary address', address, subnet, text);
  if (range === undefined) return;
  const part = parseNetwork(range);
  const within = networkHolds(subnet, { family: part.family, value: part.base });
  if (!within) throw bad(`invalid ip-range ${range}: parent subnet ${text} doesn't contain ip-range`);
  if (part.prefixLength < subnet.prefixLength) {
    throw bad(`invalid ip-range ${range}: CIDR block is bigger than its parent subnet ${text}`);
  }
}

function checkWithin(what: string, address: string, subnet: IpNetwork, text: string): void {
  const parsed = parseAddress(address);
  if (parsed === undefined) throw bad(`invalid ${what} ${address.slice(0, 60)}: invalid address`);
  if (!networkHolds(subnet, parsed)) {
    throw bad(`invalid ${what} ${address}: parent subnet ${text} doesn't contain this address`);
  }
}

function checkSize({ family, prefixLength }: IpNetwork, text: string): void {
  const [least, most] = family === 4 ? [8, 30] : [16, 126];
  if (prefixLength >= least && prefixLength <= most) return;
  throw new GantryError({
    kind: 'invalid',
    code: 'bad-subnet',
    message: `invalid subnet ${JSON.stringify(text)}: want one of /${least} to /${most}`,
  });
}

function bad(message: string, hint?: string): GantryError {
  return new GantryError({ kind: 'invalid', code: 'bad-pool', message, hint });
}
