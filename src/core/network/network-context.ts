import type { Metadata } from '../metadata/metadata.ts';
import { type NetworkNames, networkNames } from './network-names.ts';
import { type NetworkRecords, networkRecords } from './network-record.ts';

/** What the functions of this folder work on. */
export interface NetworkContext {
  readonly metadata: Metadata;
  readonly records: NetworkRecords;
  readonly names: NetworkNames;
  readonly root: string;
}

export function networkContext(services: {
  readonly metadata: Metadata;
  readonly dirs: { readonly root: string };
}): NetworkContext {
  return {
    metadata: services.metadata,
    records: networkRecords(services.metadata),
    names: networkNames(services.dirs.root),
    root: services.dirs.root,
  };
}
