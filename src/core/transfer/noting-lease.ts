import type { Lease, LeasedResource } from '../metadata/metadata.ts';

/** A lease that tells what it protects. */
export interface NotingLease extends Lease {
  readonly resources: readonly LeasedResource[];
}

export function notingLease(lease: Lease): NotingLease {
  const resources: LeasedResource[] = [];
  return {
    id: lease.id,
    resources,
    protect(resource) {
      lease.protect(resource);
      resources.push(resource);
    },
    [Symbol.dispose]: () => lease[Symbol.dispose](),
  };
}
