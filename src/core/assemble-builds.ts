import type { Builds } from '../engine/builds.ts';
import { createBuilds } from './build/builds-port.ts';
import { containerRoots } from './containers/container-roots.ts';
import type { CoreParts } from './open-core.ts';

/** The port's builds, on the same runtime and networks as containers. */
export async function assembleBuilds(parts: CoreParts): Promise<Builds> {
  const { runtime, networking, selfCommand } = await parts.containers();
  const services = await parts.services();
  const roots = [containerRoots(services)];
  return createBuilds(services, { registry: parts.registry, runtime, networking, selfCommand, roots });
}
