import { readdirSync, readlinkSync, statSync } from 'node:fs';
import { namespaceIdentity } from '../namespaces.ts';

/** The namespaces of a world, as `user:[4026532441]`: the same text is the same namespace. */
export interface WorldNamespaces {
  readonly user: string;
  readonly net: string;
}

/** What is left of a world whose keeper was killed: paths by which its namespaces can be entered. */
export interface Remnant {
  readonly user: string;
  /** Undefined: nobody has it open any more. */
  readonly net: string | undefined;
}

export function namespacesOf(pid: number): WorldNamespaces {
  return { user: namespaceIdentity(pid, 'user'), net: namespaceIdentity(pid, 'net') };
}

/**
 * Looks for a process of that user in the namespaces of a world: monitors of containers are in them, and hold its network
 * open. `besides` do not count. Undefined: nothing runs there, and it is gone.
 */
export function findRemnant(
  uid: number,
  { user, net }: WorldNamespaces,
  besides: readonly (number | undefined)[] = [],
): Remnant | undefined {
  let found: Remnant | undefined;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    if (besides.includes(Number(pid))) continue;
    try {
      if (statSync(`/proc/${pid}`).uid !== uid || namespaceIdentity(Number(pid), 'user') !== user) continue;
      const network = readdirSync(`/proc/${pid}/fd`)
        .map((fd) => `/proc/${pid}/fd/${fd}`)
        .find((path) => readlinkSync(path) === net);
      found ??= { user: `/proc/${pid}/ns/user`, net: undefined };
      if (network !== undefined) return { user: `/proc/${pid}/ns/user`, net: network };
    } catch {
      // It has ended meanwhile, or is none of ours.
    }
  }
  return found;
}
