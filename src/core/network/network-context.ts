import type { IpNetwork } from '../../base/ip-network.ts';
import type { Metadata } from '../metadata/metadata.ts';
import { type NetworkNames, networkNames } from './network-names.ts';
import { type NetworkRecords, networkRecords } from './network-record.ts';

/** What the functions of this folder work on. */
export interface NetworkContext {
  readonly metadata: Metadata;
  readonly records: NetworkRecords;
  readonly names: NetworkNames;
  readonly root: string;
  /** Where the machine's network begins, of a user's world; undefined: here. */
  readonly uplink: Uplink | undefined;
}

/** The way out of a user's world. */
export interface Uplink {
  /** Whatever comes from there was published: nobody routes to it. */
  readonly device: string;
  /** Networks of the machine, which are not seen in the world and are to be reached from it all the same. */
  readonly machineNetworks: readonly IpNetwork[];
}

export function networkContext(services: {
  readonly metadata: Metadata;
  readonly dirs: { readonly root: string };
  readonly uplink?: Uplink | undefined;
}): NetworkContext {
  return {
    metadata: services.metadata,
    records: networkRecords(services.metadata),
    names: networkNames(services.dirs.root),
    root: services.dirs.root,
    uplink: services.uplink,
  };
}
