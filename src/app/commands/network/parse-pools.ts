import { GantryError } from '../../../base/gantry-error.ts';
import { parseAddress } from '../../../base/ip-address.ts';
import { type IpNetwork, networkHolds, networksOverlap, parseNetwork } from '../../../base/ip-network.ts';
import type { NetworkSpec } from '../../../engine/networks.ts';
import { parsePairs } from '../container/spec/parse-pairs.ts';

interface Pool {
  readonly network: IpNetwork;
  readonly subnet: string;
  gateway?: string;
  range?: string;
  reserved?: Record<string, string>;
}

/**
 * `--subnet`, `--ip-range`, `--gateway` and `--aux-address`, as often as wanted and in any order: each belongs to the
 * subnet that holds it. Throws `invalid` / `bad-pool` in Docker's words.
 */
export function parsePools(words: {
  readonly subnet: readonly string[];
  readonly ipRange: readonly string[];
  readonly gateway: readonly string[];
  readonly auxAddress: readonly string[];
}): NonNullable<NetworkSpec['pools']> {
  const { subnet, ipRange, gateway, auxAddress } = words;
  if (subnet.length < ipRange.length || subnet.length < gateway.length) {
    throw bad('every ip-range or gateway must have a corresponding subnet');
  }
  const pools: Pool[] = subnet.map((text) => ({ subnet: text, network: parseNetwork(text) }));
  for (const [index, { network }] of pools.entries()) {
    if (pools.slice(0, index).some((other) => networksOverlap(other.network, network))) {
      throw bad('multiple overlapping subnet configuration is not supported');
    }
  }
  for (const range of ipRange) {
    const pool = holding(pools, parseNetwork(range), `range ${range}`);
    if (pool.range !== undefined) {
      throw bad(
        `cannot configure multiple ranges (${range}, ${pool.range}) on the same subnet (${pool.subnet})`,
      );
    }
    pool.range = range;
  }
  for (const address of gateway) {
    const pool = holding(pools, oneAddress(address), `gateway ${address}`);
    if (pool.gateway !== undefined) {
      throw bad(
        `cannot configure multiple gateways (${address}, ${pool.gateway}) for the same subnet (${pool.subnet})`,
      );
    }
    pool.gateway = address;
  }
  for (const [name, address] of Object.entries(parsePairs(auxAddress))) {
    const pool = holding(pools, oneAddress(address), `aux-address ${address}`);
    pool.reserved = { ...pool.reserved, [name]: address };
  }
  return pools.map(({ network: _, ...pool }) => pool);
}

function holding(pools: readonly Pool[], { family, base }: IpNetwork, what: string): Pool {
  const pool = pools.find(({ network }) => networkHolds(network, { family, value: base }));
  if (pool === undefined) throw bad(`no matching subnet for ${what}`);
  return pool;
}

function oneAddress(text: string): IpNetwork {
  const address = parseAddress(text);
  if (address === undefined) throw bad(`invalid address: ${text.slice(0, 60)}`);
  return { family: address.family, base: address.value, prefixLength: address.family === 4 ? 32 : 128 };
}

function bad(message: string): GantryError {
  return new GantryError({ kind: 'invalid', code: 'bad-pool', message });
}
