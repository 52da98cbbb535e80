import type { Containers } from '../../engine/containers.ts';
import { type ContainerServices, containerContext } from './container-context.ts';

/** The port's containers. Each call loads what it needs, so that a short command loads little. */
export function createContainers(services: ContainerServices): Containers {
  const context = containerContext(services);
  const start = async () => (await import('./start-container.ts')).startContainer;

  return {
    async list(options) {
      const { listContainers } = await import('./list-containers.ts');
      return listContainers(context, options);
    },
    async inspect(id, options) {
      const { inspectContainer } = await import('./inspect-container.ts');
      return inspectContainer(context, id, options);
    },
    async create(spec) {
      const { createContainer } = await import('./create-container.ts');
      return createContainer(context, spec);
    },
    async start(id, { signal } = {}) {
      await (await start())(context, id, { signal });
    },
    async startAttached(id, options) {
      const session = await (await start())(context, id, { attach: options, signal: options.signal });
      if (session === undefined) throw new Error('a start that was to attach did not');
      return session;
    },
    async attach(id, options) {
      const { attachContainer } = await import('./attach-container.ts');
      return attachContainer(context, id, options);
    },
    async exec(id, spec, { signal } = {}) {
      const { execInContainer } = await import('./attach-container.ts');
      return execInContainer(context, id, spec, signal);
    },
    async stop(id, options) {
      const { stopContainer } = await import('./end-container.ts');
      return { warnings: await stopContainer(context, id, options) };
    },
    async kill(id, options) {
      const { killContainer } = await import('./end-container.ts');
      await killContainer(context, id, options);
    },
    async restart(id, options) {
      const { restartContainer } = await import('./restart-container.ts');
      await restartContainer(context, id, options);
    },
    async pause(id, { signal } = {}) {
      const { pauseContainer } = await import('./pause-container.ts');
      await pauseContainer(context, id, 'pause', signal);
    },
    async unpause(id, { signal } = {}) {
      const { pauseContainer } = await import('./pause-container.ts');
      await pauseContainer(context, id, 'unpause', signal);
    },
    async update(id, changes, { signal } = {}) {
      const { updateContainer } = await import('./update-container.ts');
      return updateContainer(context, id, changes, signal);
    },
    async rename(id, name) {
      const { renameContainer } = await import('./rename-container.ts');
      renameContainer(context, id, name);
      const { refreshNames } = await import('./refresh-names.ts');
      await refreshNames(context, context.records.get(context.names.get(name) ?? '')?.endpoints ?? []);
    },
    async wait(id, options = {}) {
      const { waitContainer } = await import('./wait-container.ts');
      return waitContainer(context, id, options);
    },
    async remove(id, options) {
      const { removeContainer } = await import('./remove-container.ts');
      await removeContainer(context, id, options);
    },
    async *logs(id, options) {
      const { readLogs } = await import('./read-logs.ts');
      yield* readLogs(context, id, options);
    },
    async *stats(id, { signal } = {}) {
      const { followStats } = await import('./follow-stats.ts');
      yield* followStats(context, id, signal);
    },
    async top(id, options) {
      const { containerProcesses } = await import('./container-processes.ts');
      return containerProcesses(context, id, options);
    },
    async copy(from, to, options) {
      const { copyFiles } = await import('./copy-files.ts');
      return copyFiles(context, from, to, options);
    },
    async *readArchive(id, path, options) {
      const { readArchive } = await import('./copy-archive.ts');
      yield* readArchive(context, id, path, options);
    },
    async writeArchive(id, path, archive, options) {
      const { writeArchive } = await import('./copy-archive.ts');
      return writeArchive(context, id, path, archive, options?.signal);
    },
    async diff(id) {
      const { diffContainer } = await import('./container-changes.ts');
      return diffContainer(context, id);
    },
    async *export(id, options) {
      const { exportContainer } = await import('./export-container.ts');
      yield* exportContainer(context, id, options?.signal);
    },
    async commit(id, options) {
      const { commitContainer } = await import('./commit-container.ts');
      return commitContainer(context, id, options);
    },
    async prune(options = {}) {
      const { pruneContainers } = await import('./prune-containers.ts');
      return pruneContainers(context, options);
    },
  };
}
