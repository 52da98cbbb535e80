import { GantryError } from '../../base/gantry-error.ts';
import type { NetworkPlace, PortBinding } from '../../engine/containers.ts';
import { loopbackWorks } from './firewall.ts';
import type { NetworkRecord, PublishedPort } from './network-record.ts';

/**
 * Where ports are to be published: one on every address of the host is there once for each family that the network has.
 * Throws `unsupported` / `port-address` for an address nothing can lead from.
 */
export function placesOf(ports: readonly PortBinding[], network: NetworkRecord): readonly PortBinding[] {
  const everywhere = network.ipv6 === undefined ? ['0.0.0.0'] : ['0.0.0.0', '::'];
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
  if (ipv6 === undefined) {
    throw unsupported(
      `cannot publish a port on [${hostAddress}]: network ${name} has no IPv6`,
      'Publish it on an IPv4 address, or make a network with --ipv6.',
    );
  }
  if (hostAddress === '::1' && !loopbackWorks()) {
    throw unsupported(
      'cannot publish a port on [::1]: bridges of this host give packets to ip6tables',
      'Publish it on 127.0.0.1, or: sysctl -w net.bridge.bridge-nf-call-ip6tables=0',
    );
  }
}

function unsupported(message: string, hint: string): GantryError {
  return new GantryError({ kind: 'unsupported', code: 'port-address', message, hint });
}
