import type { GarbageRoots } from '../images/garbage.ts';
import type { Networking } from '../network/networking.ts';
import type { RegistryClient } from '../registry/registry-client.ts';
import type { Runtime } from '../runtime/runtime.ts';

/** What building needs of other parts. Each is made when a step first wants it. */
export interface BuildDependencies {
  readonly registry: () => Promise<RegistryClient>;
  readonly runtime: () => Promise<Runtime>;
  readonly networking: () => Promise<Networking>;
  /** What runs gantry again, for `gantry internal …`. Empty: it cannot be run. */
  readonly selfCommand: readonly string[];
  /** What else keeps layers from being pruned: containers. */
  readonly roots: readonly GarbageRoots[];
}
