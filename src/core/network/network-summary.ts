import type { NetworkMember, NetworkPool, NetworkSummary } from '../../engine/networks.ts';
import { parseAddressKey } from './address-pool.ts';
import { defaultNetwork } from './find-network.ts';
import type { NetworkContext } from './network-context.ts';
import type { AddressPool, NetworkRecord } from './network-record.ts';

/** A network with who is on it now. */
export function networkSummary(context: NetworkContext, record: NetworkRecord): NetworkSummary {
  const { id, name, ipv6, internal = false, attachable = false, options = {}, createdAt, labels } = record;
  const pools = [poolSummary(record), ...(ipv6 === undefined ? [] : [poolSummary(ipv6)])];
  const endpoints: Record<string, NetworkMember> = {};
  for (const [key, { containerId }] of context.records.addresses.entries(`${id}/`)) {
    const { address } = parseAddressKey(key);
    const { address: other = '', ...rest } = endpoints[containerId] ?? {};
    endpoints[containerId] = address.includes(':')
      ? { address: other, ipv6Address: address }
      : { ...rest, address };
  }
  const nature = {
    internal,
    attachable,
    options: name === defaultNetwork ? defaultOptions(record) : options,
  };
  return { id, name, driver: 'bridge', pools, ...nature, createdAt, labels, endpoints };
}

/** What the default bridge is, in the words in which it could be asked for. */
function defaultOptions({ bridge }: NetworkRecord): Readonly<Record<string, string>> {
  return {
    'com.docker.network.bridge.default_bridge': 'true',
    'com.docker.network.bridge.enable_icc': 'true',
    'com.docker.network.bridge.enable_ip_masquerade': 'true',
    'com.docker.network.bridge.host_binding_ipv4': '0.0.0.0',
    'com.docker.network.bridge.name': bridge,
    'com.docker.network.driver.mtu': '1500',
  };
}

function poolSummary({ subnet, gateway, range, reserved }: AddressPool): NetworkPool {
  return {
    subnet,
    gateway,
    ...(range !== undefined && { range }),
    ...(reserved !== undefined && { reserved }),
  };
}
