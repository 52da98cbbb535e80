import { GantryError } from '../../base/gantry-error.ts';
import type { NetworkPlace, PortBinding } from '../../engine/containers.ts';
import { bridgeOptions } from './bridge-options.ts';
import type { NetworkRecord, PublishedPort } from './network-record.ts';

/**
 * Where ports are to be published: one that names no address is there once for each family that the network has, or
 * where the network's options say; of an internal network none is.
 * Throws `unsupported` / `port-address` for an address nothing can lead from.
 */
export function placesOf(ports: readonly PortBinding[], network: NetworkRecord): readonly PortBinding[] {
  // Nobody outside reaches it anyway, and Docker says nothing of it either.
  if (network.internal) return [];
  const { publishedOn } = bridgeOptions(network.options);
  const everywhere =
    publishedOn !== '' ? [publishedOn] : network.ipv6 === undefined ? ['0.0.0.0'] : ['0.0.0.0', '::'];
  return ports.flatMap((binding) => {
    const { hostAddress } = binding;
    if (hostAddress === '') return everywhere.map((address) => ({ ...binding, hostAddress: address }));
    if (hostAddress.includes(':')) checkV6(hostAddress, network);
    return [binding];
  });
}

/** The ports with the container's address that each leads to; those it has no address for are left out. */
export function leadTo(
  { address, ipv6 }: { readonly address: string; readonly ipv6?: NetworkPlace | undefined },
  ports: readonly PortBinding[],
): readonly PublishedPort[] {
  return ports.flatMap((binding) => {
    const target = binding.hostAddress.includes(':') ? ipv6?.address : address;
    return target === undefined ? [] : [{ ...binding, address: target }];
  });
}

function checkV6(hostAddress: string, { name, ipv6 }: NetworkRecord): void {
  if (ipv6 !== undefined) return;
  throw new GantryError({
    kind: 'unsupported',
    code: 'port-address',
    message: `cannot publish a port on [${hostAddress}]: network ${name} has no IPv6`,
    hint: 'Publish it on an IPv4 address, or make a network with --ipv6.',
  });
}
