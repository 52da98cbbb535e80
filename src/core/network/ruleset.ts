import { addressBytes } from '../../base/ip-address.ts';
import type { MapElement, TableFamily } from '../host/netlink/netfilter.ts';
import type { NetworkRecord, PublishedPort } from './network-record.ts';

/** How a family is written in rules. */
interface Words {
  readonly family: TableFamily;
  readonly type: 'ipv4_addr' | 'ipv6_addr';
  readonly loopback: string;
}

const words = {
  ip: { family: 'ip', type: 'ipv4_addr', loopback: '127.0.0.0/8' },
  ip6: { family: 'ip6', type: 'ipv6_addr', loopback: '::1' },
} as const satisfies Record<TableFamily, Words>;

/**
 * The nft script that makes the engine's tables what the records say, whatever was there before. Rules never change;
 * networks and published ports are elements of sets and maps.
 *
 * - A published port is a destination NAT, also for connections from the host itself, 127.0.0.1 and ::1 among them:
 *   the bridge lets their answers in (`bring-up.ts`), and what leaves from loopback is masqueraded. Nobody outside may
 *   use that door: packets to loopback that come in over a bridge are dropped before connection tracking looks at them,
 *   and ports published on loopback are not translated for packets from elsewhere.
 * - From a container to a published port of its own network the reply must come back the way it went: masqueraded.
 * - Into a bridge goes what belongs to a connection, what was published, and the network's own; nothing else, so
 *   networks are closed to each other and to neighbours who route to them.
 *
 * `ipv6`: `'none'` leaves that table out, `'gone'` takes one away, `'no-loopback'` is for hosts whose bridges hand
 * packets to the rules too early for ::1 to work: a connection there is refused, so that clients go on to 127.0.0.1.
 */
export function rulesetScript(
  table: string,
  networks: readonly NetworkRecord[],
  ports: readonly PublishedPort[],
  ipv6: 'none' | 'gone' | 'full' | 'no-loopback' = 'none',
): string {
  const v4 = tableScript(
    words.ip,
    table,
    networks,
    networks.map(({ subnet }) => subnet),
    ports,
  );
  if (ipv6 === 'none') return v4;
  if (ipv6 === 'gone') return `${v4}${withoutTable('ip6', table)}`;
  const members = networks.filter((network) => network.ipv6 !== undefined);
  const subnets = members.flatMap((network) => network.ipv6?.subnet ?? []);
  return `${v4}${tableScript(words.ip6, table, members, subnets, ports, ipv6 === 'no-loopback')}`;
}

/** Deletes a table, there or not. */
export function withoutTable(family: TableFamily, table: string): string {
  return `table ${family} ${table} {}\ndelete table ${family} ${table}\n`;
}

function tableScript(
  { family, type, loopback }: Words,
  table: string,
  networks: readonly NetworkRecord[],
  subnets: readonly string[],
  ports: readonly PublishedPort[],
  refuseLoopback = false,
): string {
  const bridges = networks.map((network) => `"${network.bridge}"`);
  const own = ports.filter((port) => familyOf(port) === family);
  const elementsOf = (map: string): string => elements(own.filter((port) => mapOf(port) === map).map(pair));
  return `${withoutTable(family, table)}table ${family} ${table} {
  set bridges { type ifname; ${elements(bridges)} }
  set own_bridge { type ifname . ifname; ${elements(bridges.map((name) => `${name} . ${name}`))} }
  set subnets { type ${type}; flags interval; ${elements(subnets)} }
  map published_tcp { type inet_service : ${type} . inet_service; ${elementsOf('published_tcp')} }
  map published_udp { type inet_service : ${type} . inet_service; ${elementsOf('published_udp')} }
  map bound_tcp { type ${type} . inet_service : ${type} . inet_service; ${elementsOf('bound_tcp')} }
  map bound_udp { type ${type} . inet_service : ${type} . inet_service; ${elementsOf('bound_udp')} }
  chain published {
    dnat ${family} to ${family} daddr . tcp dport map @bound_tcp
    dnat ${family} to tcp dport map @published_tcp
    dnat ${family} to ${family} daddr . udp dport map @bound_udp
    dnat ${family} to udp dport map @published_udp
  }
  chain untracked {
    type filter hook prerouting priority raw; policy accept;
    iifname @bridges ${family} daddr ${loopback} drop
  }
  chain arriving {
    type nat hook prerouting priority dstnat; policy accept;
    ${family} daddr != ${loopback} fib daddr type local jump published
  }
  chain from_host {
    type nat hook output priority -100; policy accept;
    ${refuseLoopback ? `${family} daddr != ${loopback} ` : ''}fib daddr type local jump published
  }
${refuseLoopback ? refusal(family, loopback) : ''}  chain leaving {
    type nat hook postrouting priority srcnat; policy accept;
    oifname @bridges ${family} saddr ${loopback} masquerade
    oifname @bridges ${family} saddr @subnets ct status dnat masquerade
    oifname != @bridges ${family} saddr @subnets masquerade
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

function refusal(family: TableFamily, loopback: string): string {
  return `  chain refused {
    type filter hook output priority filter; policy accept;
    ${family} daddr ${loopback} tcp dport @published_tcp reject with tcp reset
    ${family} daddr ${loopback} udp dport @published_udp reject
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

/** The table its element is in. */
export function familyOf(port: Pick<PublishedPort, 'hostAddress'>): TableFamily {
  return port.hostAddress.includes(':') ? 'ip6' : 'ip';
}

function pair(port: PublishedPort): string {
  const key = isBound(port) ? `${port.hostAddress} . ${port.hostPort}` : `${port.hostPort}`;
  return `${key} : ${port.address} . ${port.containerPort}`;
}

function mapOf(port: PublishedPort): string {
  return `${isBound(port) ? 'bound' : 'published'}_${port.protocol}`;
}

/** Published on one address of the host instead of all. */
function isBound(port: PublishedPort): boolean {
  return port.hostAddress !== '0.0.0.0' && port.hostAddress !== '::';
}

function elements(items: readonly string[]): string {
  return items.length === 0 ? '' : `elements = { ${items.join(', ')} };`;
}
