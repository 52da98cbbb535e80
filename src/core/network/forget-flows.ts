import { addressBytes } from '../../base/ip-address.ts';
import { type Flow, forgetUdpFlows } from '../host/netlink/conntrack.ts';
import type { PublishedPort } from './network-record.ts';

/**
 * To be called when UDP ports were opened or closed: a client that goes on sending would be led to the container that
 * had the port before, or to none, for as long as it sends.
 */
export function forgetFlowsTo(ports: readonly PublishedPort[]): void {
  for (const family of [4, 6] as const) {
    const own = ports.filter(
      ({ protocol, hostAddress }) => protocol === 'udp' && hostAddress.includes(':') === (family === 6),
    );
    if (own.length > 0) forgetUdpFlows(family, (flow) => own.some((port) => leadsTo(flow, port)));
  }
}

function leadsTo({ original, reply }: Flow, { hostAddress, hostPort }: PublishedPort): boolean {
  if (original.destinationPort !== hostPort) return false;
  const address = addressBytes(hostAddress);
  const isAny = address.every((byte) => byte === 0);
  if (!isAny) return address.equals(original.destination);
  // A container that asks a server elsewhere on that port: its flow is translated, but not by a published port.
  const isForwarded = !reply.source.equals(original.destination);
  const isMasqueraded = !reply.destination.equals(original.source);
  return isForwarded || !isMasqueraded;
}
