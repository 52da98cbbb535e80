import type { ContainerDetails, ContainerNetwork } from '../../../engine/containers.ts';
import { shortId } from '../../../oci/digest.ts';
import { endpointId } from '../network/endpoint-id.ts';
import { portMap } from './host-config.ts';

/** `NetworkSettings` of Docker's `inspect`. The places of its first level are those on the default bridge. */
export function networkSettings(container: ContainerDetails) {
  const { id, pid, ports, networkDetails, spec } = container;
  const isUp = pid !== undefined;
  const networks = networkDetails.map((network) => [network.name, attachment(container, network)] as const);
  const onDefault = networks.find(([name]) => name === 'bridge')?.[1];
  const shared = spec.network === 'host' || spec.network === 'none' ? spec.network : undefined;
  return {
    Bridge: '',
    SandboxID: isUp ? id : '',
    SandboxKey: isUp ? `/proc/${pid}/ns/net` : '',
    Ports: portMap(ports),
    HairpinMode: false,
    LinkLocalIPv6Address: '',
    LinkLocalIPv6PrefixLen: 0,
    SecondaryIPAddresses: null,
    SecondaryIPv6Addresses: null,
    ...placeOf(onDefault ?? attachment(container, nowhere)),
    Networks: Object.fromEntries(
      shared === undefined ? networks : [[shared, attachment(container, { ...nowhere, name: shared })]],
    ),
  };
}

type Attachment = ReturnType<typeof attachment>;

function attachment(
  { id, name, pid, spec }: Pick<ContainerDetails, 'id' | 'name' | 'pid' | 'spec'>,
  network: ContainerNetwork,
) {
  const named = network.name !== 'bridge' && network.networkId !== '';
  const { wanted, aliases } = network;
  return {
    IPAMConfig:
      wanted === undefined
        ? null
        : {
            ...(wanted.address !== undefined && { IPv4Address: wanted.address }),
            ...(wanted.ipv6Address !== undefined && { IPv6Address: wanted.ipv6Address }),
          },
    Links: spec.links?.length ? spec.links : null,
    Aliases: aliases.length === 0 ? null : aliases,
    MacAddress: network.macAddress,
    DriverOpts: null,
    GwPriority: 0,
    NetworkID: network.networkId,
    EndpointID: pid === undefined ? '' : endpointId(id, network.networkId),
    Gateway: network.gateway,
    IPAddress: network.address,
    IPPrefixLen: network.prefixLength,
    IPv6Gateway: network.ipv6?.gateway ?? '',
    GlobalIPv6Address: network.ipv6?.address ?? '',
    GlobalIPv6PrefixLen: network.ipv6?.prefixLength ?? 0,
    DNSNames: named ? [...new Set([name, ...aliases, shortId(id)])] : null,
  };
}

const nowhere: ContainerNetwork = {
  name: '',
  networkId: '',
  address: '',
  prefixLength: 0,
  gateway: '',
  macAddress: '',
  aliases: [],
};

function placeOf(at: Attachment) {
  const { EndpointID, Gateway, GlobalIPv6Address, GlobalIPv6PrefixLen } = at;
  const { IPAddress, IPPrefixLen, IPv6Gateway, MacAddress } = at;
  return {
    EndpointID,
    Gateway,
    GlobalIPv6Address,
    GlobalIPv6PrefixLen,
    IPAddress,
    IPPrefixLen,
    IPv6Gateway,
    MacAddress,
  };
}
