import type { Builds } from '../engine/builds.ts';
import { createBuilds } from './build/builds-port.ts';
import type { CoreParts } from './open-core.ts';

/** The port's builds, on the same runtime and networks as containers. */
export async function assembleBuilds(parts: CoreParts): Promise<Builds> {
  const { runtime, networking } = await parts.containers();
  return createBuilds(await parts.services(), { registry: parts.registry, runtime, networking });
}
