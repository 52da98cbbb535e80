import type { Builds } from '../../engine/builds.ts';
import { startOperation } from '../../engine/start-operation.ts';
import type { CoreServices } from '../core-services.ts';
import type { BuildDependencies } from './build-dependencies.ts';
import { runBuild } from './run-build.ts';
import { listCache, pruneCache } from './solver/manage-cache.ts';

/** The engine's builds. */
export function createBuilds(services: CoreServices, dependencies: BuildDependencies): Builds {
  return {
    build: (spec, options) =>
      startOperation((emit, signal) => runBuild(services, dependencies, spec, emit, signal), options?.signal),
    async cache(options) {
      options?.signal?.throwIfAborted();
      return listCache(services);
    },
    async pruneCache(options) {
      options?.signal?.throwIfAborted();
      const { all = false, dryRun = false, signal } = options ?? {};
      return pruneCache(services, dependencies.roots, { all, dryRun, signal });
    },
  };
}
