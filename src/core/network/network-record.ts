import { asObject, badDocument, requiredString } from '../../oci/decode-json.ts';
import type { ProcessIdentity } from '../host/process-identity.ts';
import type { Collection, Metadata } from '../metadata/metadata.ts';
import { isOwnBridge } from './network-names.ts';

/** A bridge network. `host` and `none` need no record. */
export interface NetworkRecord {
  readonly id: string;
  readonly name: string;
  /** Device on the host. */
  readonly bridge: string;
  /** CIDR. */
  readonly subnet: string;
  readonly gateway: string;
  readonly createdAt: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Where the search for a free address goes on, so that one just given back rests a while. */
  readonly nextAddress: number;
}

/** An address in use. Keys: network ID, slash, eight hexadecimal digits. */
export interface AddressRecord {
  readonly containerId: string;
  readonly hostInterface: string;
  /** Who took it: until that process is dead, it may not have told anybody else of the container yet. */
  readonly owner: ProcessIdentity;
}

/** A port of the host and where it leads to. */
export interface PublishedPort {
  readonly protocol: 'tcp' | 'udp';
  /** `0.0.0.0`: all. */
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
  };
}

function decodeNetwork(document: unknown, key: string): NetworkRecord {
  const what = `record of network ${key}`;
  const object = asObject(document, what);
  for (const name of ['id', 'name', 'bridge', 'subnet', 'gateway', 'createdAt']) {
    requiredString(object, name, what);
  }
  asObject(object['labels'], `${what} "labels"`);
  // The device is removed with the network: it must be one of ours.
  if (!isOwnBridge(String(object['bridge']))) throw badDocument(what, '"bridge" is no device of the engine');
  return document as NetworkRecord;
}

function decodeUse(document: unknown, key: string): AddressRecord {
  const what = `record of address ${key}`;
  const object = asObject(document, what);
  for (const name of ['containerId', 'hostInterface']) requiredString(object, name, what);
  asObject(object['owner'], `${what} "owner"`);
  return document as AddressRecord;
}
