import type { CoreServices } from '../core-services.ts';
import { collectAbandoned } from '../images/collect-abandoned.ts';
import type { GarbageRoots } from '../images/garbage.ts';
import type { Lease } from '../metadata/metadata.ts';
import { notingLease } from './noting-lease.ts';

export interface TransferLeaseOptions {
  readonly services: CoreServices;
  /** What keeps things besides images. Without it what a failure has left waits for the next collection. */
  readonly roots?: readonly GarbageRoots[] | undefined;
  readonly name: string;
  /** Whether what came would be of use to the next try. Default: never. */
  readonly isWorthKeeping?: ((error: unknown) => boolean) | undefined;
}

/** Brings images under a lease of their own; what was brought goes again when that fails, and nothing besides. */
export async function withTransferLease<T>(
  { services, roots, name, isWorthKeeping = () => false }: TransferLeaseOptions,
  work: (lease: Lease) => Promise<T>,
): Promise<T> {
  const lease = notingLease(services.metadata.leases.acquire(name));
  try {
    return await work(lease);
  } catch (error) {
    lease[Symbol.dispose]();
    if (roots !== undefined && lease.resources.length > 0 && !isWorthKeeping(error)) {
      // What keeps us from cleaning up is most often what made us fail: a full disk. The next collection does it then.
      await collectAbandoned(services, roots, lease.resources).catch(() => undefined);
    }
    throw error;
  } finally {
    lease[Symbol.dispose]();
  }
}
