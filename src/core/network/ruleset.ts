import { addressBytes, type IpFamily } from '../../base/ip-address.ts';
import type { MapElement, TableFamily } from '../host/netlink/netfilter.ts';
import { bridgeOptions } from './bridge-options.ts';
import { loopbackScript } from './loopback-rules.ts';
import { type NetworkRecord, type PublishedPort, poolOf } from './network-record.ts';
import { elements, withoutTable } from './nft-text.ts';

/** How a family is written in rules. */
interface Words {
  readonly family: TableFamily;
  readonly type: 'ipv4_addr' | 'ipv6_addr';
  readonly loopback: string;
}

const words = {
  ip: { family: 'ip', type: 'ipv4_addr', loopback: '127.0.0.0/8' },
  ip6: { family: 'ip6', type: 'ipv6_addr', loopback: '::1' },
} as const satisfies Partial<Record<TableFamily, Words>>;

/** The tables of IPv6, in order: rules and ports, and the way of answers to ::1. */
export const v6Families = ['ip6', 'bridge', 'netdev'] as const satisfies readonly TableFamily[];

/** How IPv6 is to be had: not at all, or with or without published ports on ::1. */
export type V6Rules =
  | { readonly kind: 'gone'; readonly families: readonly TableFamily[] }
  | { readonly kind: 'full'; readonly devices: readonly string[] }
  | { readonly kind: 'without-loopback' };

/**
 * The nft script that makes the engine's tables what the records say, whatever was there before. Rules never change;
 * networks and published ports are elements of sets and maps.
 *
 * - A published port is a destination NAT, also for connections from the host itself, 127.0.0.1 and ::1 among them:
 *   what leaves from loopback is masqueraded, and answers are let in by `route_localnet` of the bridge, or by
 *   {@link loopbackScript}. Nobody outside may use that door: packets to loopback that come in over a bridge are
 *   dropped before connection tracking looks at them, and ports published on loopback are not translated for packets
 *   from elsewhere.
 * - From a container to a published port of its own network the reply must come back the way it went: masqueraded.
 * - What leaves an internal network, or would enter it, is dropped, a published port of another network included.
 * - Into a bridge goes what belongs to a connection, what was published, and the network's own; nothing else, so
 *   networks are closed to each other and to neighbours who route to them.
 * - In a user's world what was published comes in over `uplink`, addressed to the container itself, and nothing else does.
 */
export function rulesetScript(
  table: string,
  networks: readonly NetworkRecord[],
  ports: readonly PublishedPort[],
  v6: V6Rules,
  uplink?: string,
): string {
  const v4 = tableScript(words.ip, table, networks.map(ruledNetwork(4)), ports, { uplink });
  if (v6.kind === 'gone') return [v4, ...v6.families.map((family) => withoutTable(family, table))].join('');
  const members = networks.filter((network) => network.ipv6 !== undefined).map(ruledNetwork(6));
  const refusesLoopback = v6.kind === 'without-loopback';
  const rules = tableScript(words.ip6, table, members, ports, { refuseLoopback: refusesLoopback });
  return `${v4}${rules}${refusesLoopback ? '' : loopbackScript(table, v6.devices)}`;
}

/** What rules are about. */
interface RuledNetwork {
  readonly device: string;
  readonly subnet: string;
  readonly mayTalk: boolean;
  readonly masquerades: boolean;
  readonly isInternal: boolean;
}

function ruledNetwork(family: IpFamily): (network: NetworkRecord) => RuledNetwork {
  return (network) => {
    const { mayTalk, masquerades } = bridgeOptions(network.options);
    const isInternal = network.internal === true;
    const subnet = poolOf(network, family)?.subnet ?? '';
    return { device: `"${network.bridge}"`, subnet, mayTalk, masquerades, isInternal };
  };
}

function tableScript(
  { family, type, loopback }: Words,
  table: string,
  networks: readonly RuledNetwork[],
  ports: readonly PublishedPort[],
  { refuseLoopback = false, uplink }: { refuseLoopback?: boolean; uplink?: string | undefined },
): string {
  const devices = (those: readonly RuledNetwork[]): string => elements(those.map(({ device }) => device));
  const subnets = (those: readonly RuledNetwork[]): string => elements(those.map(({ subnet }) => subnet));
  const talking = networks.filter(({ mayTalk }) => mayTalk);
  const masked = networks.filter(({ masquerades, isInternal }) => masquerades && !isInternal);
  const own = ports.filter((port) => familyOf(port) === family);
  const elementsOf = (map: string): string => elements(own.filter((port) => mapOf(port) === map).map(pair));
  return `${withoutTable(family, table)}table ${family} ${table} {
  set bridges { type ifname; ${devices(networks)} }
  set internal { type ifname; ${devices(networks.filter(({ isInternal }) => isInternal))} }
  set own_bridge { type ifname . ifname; ${elements(talking.map(({ device }) => `${device} . ${device}`))} }
  set subnets { type ${type}; flags interval; ${subnets(networks)} }
  set masked { type ${type}; flags interval; ${subnets(masked)} }
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
    oifname != @bridges ${family} saddr @masked masquerade
  }
  chain between {
    type filter hook forward priority filter; policy accept;
    iifname . oifname @own_bridge accept
    iifname @internal drop
    oifname @internal drop
    oifname != @bridges accept
    ct state established,related accept
    ct status dnat accept
${uplink === undefined ? '' : `    iifname "${uplink}" accept\n`}    drop
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
