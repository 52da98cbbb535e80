import type { MapElement } from '../host/netlink/netfilter.ts';
import { parseIpv4 } from './ipv4.ts';
import type { NetworkRecord, PublishedPort } from './network-record.ts';

/**
 * The nft script that makes the engine's table what the records say, whatever was there before. Rules never change;
 * networks and published ports are elements of sets and maps.
 *
 * - A published port is a destination NAT, also for connections from the host itself, 127.0.0.1 among them: the
 *   bridge has `route_localnet`, and what leaves from 127.0.0.0/8 is masqueraded. Nobody outside may use that door:
 *   packets to 127.0.0.0/8 that come in over a bridge are dropped before connection tracking looks at them, and ports
 *   published on 127.0.0.1 are not translated for packets from elsewhere.
 * - From a container to a published port of its own network the reply must come back the way it went: masqueraded.
 * - Into a bridge goes what belongs to a connection, what was published, and the network's own; nothing else, so
 *   networks are closed to each other and to neighbours who route to them.
 */
export function rulesetScript(
  table: string,
  networks: readonly NetworkRecord[],
  ports: readonly PublishedPort[],
): string {
  const bridges = networks.map((network) => `"${network.bridge}"`);
  const elementsOf = (map: string): readonly string[] =>
    ports
      .filter((port) => mapOf(port) === map)
      .map(
        (port) =>
          `${isBound(port) ? `${port.hostAddress} . ` : ''}${port.hostPort} : ${port.address} . ${port.containerPort}`,
      );
  return `table ip ${table} {}
delete table ip ${table}
table ip ${table} {
  set bridges { type ifname; ${elements(bridges)} }
  set own_bridge { type ifname . ifname; ${elements(bridges.map((name) => `${name} . ${name}`))} }
  set subnets { type ipv4_addr; flags interval; ${elements(networks.map((network) => network.subnet))} }
  map published_tcp { type inet_service : ipv4_addr . inet_service; ${elements(elementsOf('published_tcp'))} }
  map published_udp { type inet_service : ipv4_addr . inet_service; ${elements(elementsOf('published_udp'))} }
  map bound_tcp { type ipv4_addr . inet_service : ipv4_addr . inet_service; ${elements(elementsOf('bound_tcp'))} }
  map bound_udp { type ipv4_addr . inet_service : ipv4_addr . inet_service; ${elements(elementsOf('bound_udp'))} }
  chain published {
    dnat ip to ip daddr . tcp dport map @bound_tcp
    dnat ip to tcp dport map @published_tcp
    dnat ip to ip daddr . udp dport map @bound_udp
    dnat ip to udp dport map @published_udp
  }
  chain untracked {
    type filter hook prerouting priority raw; policy accept;
    iifname @bridges ip daddr 127.0.0.0/8 drop
  }
  chain arriving {
    type nat hook prerouting priority dstnat; policy accept;
    ip daddr != 127.0.0.0/8 fib daddr type local jump published
  }
  chain from_host {
    type nat hook output priority -100; policy accept;
    fib daddr type local jump published
  }
  chain leaving {
    type nat hook postrouting priority srcnat; policy accept;
    oifname @bridges ip saddr 127.0.0.0/8 masquerade
    oifname @bridges ip saddr @subnets ct status dnat masquerade
    oifname != @bridges ip saddr @subnets masquerade
  }
  chain between {
    type filter hook forward priority filter; policy accept;
    oifname != @bridges accept
    ct state established,related accept
    ct status dnat accept
    iifname . oifname @own_bridge accept
    drop
  }
}
`;
}

/** One published port as the kernel takes it. */
export function portElement(port: PublishedPort): MapElement {
  const key = Buffer.alloc(2);
  key.writeUInt16BE(port.hostPort);
  return {
    map: mapOf(port),
    key: isBound(port) ? Buffer.concat([addressBytes(port.hostAddress), key, Buffer.alloc(2)]) : key,
    data: Buffer.concat([
      addressBytes(port.address),
      Buffer.from([port.containerPort >> 8, port.containerPort & 255, 0, 0]),
    ]),
  };
}

function mapOf(port: PublishedPort): string {
  return `${isBound(port) ? 'bound' : 'published'}_${port.protocol}`;
}

/** Published on one address of the host instead of all. */
function isBound(port: PublishedPort): boolean {
  return port.hostAddress !== '0.0.0.0';
}

function elements(items: readonly string[]): string {
  return items.length === 0 ? '' : `elements = { ${items.join(', ')} };`;
}

function addressBytes(address: string): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(parseIpv4(address) ?? 0);
  return bytes;
}
