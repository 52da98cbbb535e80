import type { Builds } from '../../engine/builds.ts';
import { startOperation } from '../../engine/start-operation.ts';
import type { CoreServices } from '../core-services.ts';
import { plainError } from '../host/plain-error.ts';
import type { BuildDependencies } from './build-dependencies.ts';
import { checkBuild } from './check-build.ts';
import { openContext } from './context/open-context.ts';
import { dumpTree } from './dockerfile/dump-tree.ts';
import { syntaxError } from './dockerfile/syntax-error.ts';
import { runBuild } from './run-build.ts';
import { listCache } from './solver/cache-rows.ts';
import { pruneCache } from './solver/prune-cache.ts';
import { endStepWith } from './solver/step-guard.ts';
import { clearAbandonedBuilds } from './solver/workspace.ts';

/** The engine's builds. */
export function createBuilds(services: CoreServices, dependencies: BuildDependencies): Builds {
  return {
    build: (spec, options) =>
      startOperation(async (emit, signal) => {
        try {
          return await runBuild(services, dependencies, spec, emit, signal);
        } catch (error) {
          throw plainError(error);
        }
      }, options?.signal),
    openShell: (spec, { before, tty, size, signal: outer }) =>
      startOperation(async (emit, signal) => {
        const { openStepShell } = await import('./open-step-shell.ts');
        return openStepShell(services, dependencies, spec, { before, tty, size }, emit, signal);
      }, outer),
    async fetchContext(source, options) {
      const { fetchContext } = await import('./context/fetch-context.ts');
      const { file, keepGitDir = false, signal = new AbortController().signal } = options ?? {};
      return fetchContext(services, dependencies, source, { file, keepGitDir, signal });
    },
    async check(spec, options) {
      options?.signal?.throwIfAborted();
      return checkBuild(services, spec);
    },
    async syntaxTree(spec, options) {
      options?.signal?.throwIfAborted();
      const { dockerfileText, dockerfileName } = openContext(spec, services.dirs);
      const { value, diagnostics } = dumpTree(dockerfileText, dockerfileName);
      const error = diagnostics.find(({ severity }) => severity === 'error');
      if (error !== undefined) throw syntaxError(error);
      return value ?? '';
    },
    async cache(options) {
      options?.signal?.throwIfAborted();
      return listCache(services);
    },
    async pruneCache(options) {
      options?.signal?.throwIfAborted();
      const {
        all = false,
        filters = {},
        keepBytes = 0,
        dryRun = false,
        withoutImages = [],
        withoutContainers = [],
        signal,
      } = options ?? {};
      if (!dryRun) await clearAbandonedBuilds(services, endStepWith(dependencies));
      return pruneCache(services, dependencies.roots, {
        all,
        filters,
        keepBytes,
        dryRun,
        goneImages: new Set(withoutImages),
        goneContainers: new Set(withoutContainers),
        signal,
      });
    },
  };
}
