import type { IpFamily } from '../../base/ip-address.ts';
import { asObject, badDocument, requiredString } from '../../oci/decode-json.ts';
import type { ProcessIdentity } from '../host/process-identity.ts';
import type { Collection, Metadata } from '../metadata/metadata.ts';
import { isOwnBridge } from './network-names.ts';

/** The addresses of one family that a network has. */
export interface AddressPool {
  /** CIDR. */
  readonly subnet: string;
  readonly gateway: string;
  /** The part of it that addresses are taken from; undefined: all. */
  readonly range?: string | undefined;
  /** Addresses that somebody else has, by what that is called. */
  readonly reserved?: Readonly<Record<string, string>> | undefined;
  /** Somebody named the subnet: it never moves, whatever it comes to meet. */
  readonly given?: true | undefined;
  /** Where the search for a free address goes on, so that one just given back rests a while. */
  readonly next?: string | undefined;
}

/** A bridge network, with its IPv4 pool. `host` and `none` need no record. */
export interface NetworkRecord extends AddressPool {
  readonly id: string;
  readonly name: string;
  /** Device on the host. */
  readonly bridge: string;
  readonly ipv6?: AddressPool | undefined;
  /** There is no way from it to elsewhere, nor back. */
  readonly internal?: true | undefined;
  readonly attachable?: true | undefined;
  /** Of the driver, as they were given: {@link bridgeOptions}. */
  readonly options?: Readonly<Record<string, string>> | undefined;
  readonly createdAt: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Undefined: the network has no addresses of that family. */
export function poolOf(network: NetworkRecord, family: IpFamily): AddressPool | undefined {
  return family === 4 ? network : network.ipv6;
}

/** The network with that pool in place of its own of the family. */
export function withPool(network: NetworkRecord, pool: AddressPool): NetworkRecord {
  const { subnet, gateway, range, reserved, given, next } = pool;
  const plain = { subnet, gateway, range, reserved, given, next };
  return subnet.includes(':') ? { ...network, ipv6: plain } : { ...network, ...plain };
}

/** An address in use. Keys: {@link addressKey}. */
export interface AddressRecord {
  readonly containerId: string;
  readonly hostInterface: string;
  /** Who took it: until that process is dead, it may not have told anybody else of the container yet. */
  readonly owner: ProcessIdentity;
}

/** A port of the host and where it leads to. */
export interface PublishedPort {
  readonly protocol: 'tcp' | 'udp';
  /** `0.0.0.0` and `::`: all of the family. */
  readonly hostAddress: string;
  readonly hostPort: number;
  readonly address: string;
  readonly containerPort: number;
}

/** A port in use. Keys: protocol, five digits, host address; with slashes between. */
export interface PortRecord extends AddressRecord, PublishedPort {}

/** All records of networks. Names are unique; a network's key is its name. */
export interface NetworkRecords {
  readonly networks: Collection<NetworkRecord>;
  readonly addresses: Collection<AddressRecord>;
  readonly ports: Collection<PortRecord>;
  /** How often all of it was taken out of the kernel (`take-away.ts`), under one key. */
  readonly takings: Collection<number>;
}

export function networkRecords(metadata: Metadata): NetworkRecords {
  return {
    networks: metadata.collection('networks', decodeNetwork),
    addresses: metadata.collection('network-addresses', decodeUse),
    ports: metadata.collection('published-ports', (document, key) => {
      const record = decodeUse(document, key) as PortRecord;
      if (typeof record.hostPort !== 'number' || typeof record.containerPort !== 'number') {
        throw badDocument(`record of port ${key}`, 'a port is missing');
      }
      for (const name of ['protocol', 'hostAddress', 'address']) {
        requiredString({ ...record }, name, `record of port ${key}`);
      }
      return record;
    }),
    takings: metadata.collection('network-takings', (document) => Number(document) || 0),
  };
}

function decodeNetwork(document: unknown, key: string): NetworkRecord {
  const what = `record of network ${key}`;
  const object = asObject(document, what);
  for (const name of ['id', 'name', 'bridge', 'subnet', 'gateway', 'createdAt']) {
    requiredString(object, name, what);
  }
  asObject(object['labels'], `${what} "labels"`);
  if (object['ipv6'] !== undefined) {
    const pool = asObject(object['ipv6'], `${what} "ipv6"`);
    for (const name of ['subnet', 'gateway']) requiredString(pool, name, what);
  }
  const options = object['options'] === undefined ? {} : asObject(object['options'], `${what} "options"`);
  // The device is removed with the network: it must be one of ours, or bear our mark (`bring-up.ts`).
  const bridge = String(object['bridge']);
  if (!isOwnBridge(bridge) && options['com.docker.network.bridge.name'] !== bridge) {
    throw badDocument(what, '"bridge" is no device of the engine');
  }
  return document as NetworkRecord;
}

function decodeUse(document: unknown, key: string): AddressRecord {
  const what = `record of address ${key}`;
  const object = asObject(document, what);
  for (const name of ['containerId', 'hostInterface']) requiredString(object, name, what);
  asObject(object['owner'], `${what} "owner"`);
  return document as AddressRecord;
}
