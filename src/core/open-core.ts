import { isErrorCode } from '../base/is-error-code.ts';
import type { Engine } from '../engine/engine.ts';
import type { EngineEvent, EventOptions } from '../engine/events.ts';
import { carriedOutBy } from './carried-out-by.ts';
import type { ContainerServices } from './containers/container-context.ts';
import type { CoreServices } from './core-services.ts';
import type { EngineDirs } from './engine-dirs.ts';
import { ownWorld } from './host/user-world/own-world.ts';
import { hostCapabilities } from './host-capabilities.ts';
import { lazy } from './lazy.ts';
import { lazyNoun } from './lazy-noun.ts';
import type { Metadata } from './metadata/metadata.ts';
import type { WorldNetwork } from './network/world/world-network.ts';
import { ensureDirs, resolveDirs } from './open-dirs.ts';
import type { RegistryAccess } from './registry/registry-access.ts';
import type { RegistryClient } from './registry/registry-client.ts';

export interface CoreOptions {
  /** `--root`: everything the engine keeps lies below it. */
  readonly rootOption?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `--insecure-registry`: besides those of registries.json. */
  readonly insecureRegistries?: readonly string[] | undefined;
  readonly uid: number;
  readonly version: string;
  /** Why a user who is not root is not root of a world of their own (`enter-own-world.ts`). */
  readonly noWorld?: string | undefined;
  /**
   * Argv that starts this program, absolute: monitors run it with `internal …` when a container has ended and no
   * gantry is there.
   */
  readonly selfCommand: readonly string[];
  /**
   * The process ends once the engine is disposed. The records are then left to the kernel to close: SQLite would carry
   * its log over into the database and wait for the disk twice (10 ms and more), and the next process would have to
   * begin the log anew and wait as well. They are as safe either way as a killed process leaves them.
   */
  readonly endsWithProcess?: boolean | undefined;
}

/** The parts of the core, each made at its first use. */
export interface CoreParts {
  readonly dirs: EngineDirs;
  readonly metadata: () => Promise<Metadata>;
  readonly services: () => Promise<CoreServices>;
  readonly containers: () => Promise<ContainerServices>;
  /** Of a user who is not root. */
  readonly worldNetwork: () => Promise<WorldNetwork | undefined>;
  readonly registryAccess: () => Promise<RegistryAccess>;
  readonly registry: () => Promise<RegistryClient>;
  /** Closes what was opened. */
  readonly close: () => Promise<void>;
}

/**
 * The embedded engine. Makes its folders (throws `unavailable` / `root-denied`) and nothing else: every noun is
 * loaded at its first call.
 */
export async function openCore(options: CoreOptions): Promise<Engine> {
  const parts = coreParts(options);
  await healWorld(parts);
  const { dirs } = parts;
  const freeing = <Noun extends object>(names: readonly (keyof Noun & string)[], noun: Noun): Noun =>
    carriedOutBy(noun, names, async (work) => {
      const { isDiskFull } = await import('./metadata/reserve.ts');
      if (!isDiskFull(dirs.database)) {
        try {
          return await work();
        } catch (error) {
          if (!isErrorCode(error, 'no-space')) throw error;
        }
      }
      return (await import('./containers/disk-alone.ts')).withDiskAlone(dirs, work);
    });
  let capabilities: Engine['capabilities'] | undefined;

  const engine: Engine = {
    name: 'gantry',
    get capabilities() {
      capabilities ??= hostCapabilities(options.uid, options.noWorld);
      return capabilities;
    },
    images: freeing(
      ['prune', 'remove'],
      lazyNoun(
        lazy(async () => (await import('./assemble-images.ts')).assembleImages(parts)),
        {
          pull: 'operation',
          push: 'operation',
          copy: 'operation',
          load: 'operation',
          import: 'operation',
          save: 'stream',
        },
      ),
    ),
    containers: freeing(
      ['prune'],
      lazyNoun(
        lazy(async () => {
          const { createContainers } = await import('./containers/create-containers.ts');
          return createContainers(await parts.containers());
        }),
        { logs: 'stream', stats: 'stream', readArchive: 'stream', export: 'stream' },
      ),
    ),
    builds: freeing(
      ['pruneCache'],
      lazyNoun(
        lazy(async () => (await import('./assemble-builds.ts')).assembleBuilds(parts)),
        { build: 'operation', openShell: 'operation' },
      ),
    ),
    volumes: freeing(
      ['prune', 'remove'],
      lazyNoun(
        lazy(async () => {
          const { createVolumes } = await import('./volumes/create-volumes.ts');
          return createVolumes({ dirs, metadata: await parts.metadata() });
        }),
        { export: 'stream' },
      ),
    ),
    networks: freeing(
      ['prune', 'remove'],
      lazyNoun(
        lazy(async () => {
          const { assembleNetworks } = await import('./assemble-networks.ts');
          return assembleNetworks(await parts.containers(), (await parts.worldNetwork())?.networks);
        }),
        {},
      ),
    ),
    registries: lazyNoun(
      lazy(async () => {
        const { createRegistries } = await import('./registry/create-registries.ts');
        return createRegistries(await parts.registryAccess());
      }),
      {},
    ),
    manifestLists: lazyNoun(
      lazy(async () => {
        const { createManifestLists } = await import('./transfer/create-manifest-lists.ts');
        return createManifestLists({ metadata: await parts.metadata(), access: parts.registryAccess });
      }),
      { push: 'operation' },
    ),
    system: lazyNoun(
      lazy(async () => {
        const { createSystem } = await import('./system/create-system.ts');
        return createSystem({
          dirs,
          version: options.version,
          uid: options.uid,
          describeRuntime: async () => (await (await parts.containers()).runtime()).describe(),
          checkStore: async (how) => (await import('./assemble-check.ts')).assembleCheck(parts, how),
          snapshotterName: async () => (await parts.services()).snapshots.name,
          snapshots: async () => (await parts.services()).snapshots,
          store: async (unused) => (await import('./assemble-usage.ts')).assembleUsage(parts, unused),
          images: () => engine.images.list({ all: true }),
          containers: (how) => engine.containers.list({ all: true, ...how }),
          volumes: () => engine.volumes.list(),
          buildCache: () => engine.builds.cache(),
          registrySettings: async () => {
            const { describeSettings } = await import('./registry/describe-settings.ts');
            return describeSettings(options.env, options.insecureRegistries);
          },
          warnings: async () => [
            ...new Set(Object.values(engine.capabilities)),
            ...(ownWorld() === undefined
              ? []
              : (await import('./host/user-world/lacking.ts')).lackingInWorld()),
          ],
        });
      }),
      {},
    ),
    events: (eventOptions) => liveEvents(parts, eventOptions),
    [Symbol.asyncDispose]: () => parts.close(),
  };
  return engine;
}

/** What a user's containers need of processes beside them, which may have been killed. */
async function healWorld({ worldNetwork }: CoreParts): Promise<void> {
  const world = ownWorld();
  if (world === undefined) return;
  const { hasLostUplink } = await import('./host/user-world/uplink.ts');
  // A command that has no use for it must not fail for it: the next that has says why.
  if (hasLostUplink(world)) await (await worldNetwork())?.heal().catch(() => undefined);
}

/** Resolves and makes the folders; the rest waits for its use. */
export function coreParts(options: CoreOptions): CoreParts {
  const dirs = resolveDirs(options);
  ensureDirs(dirs, options.uid);
  const open = new DisposableStack();
  const metadata = lazy(async () => {
    const { openMetadata } = await import('./metadata/open-metadata.ts');
    const opened = openMetadata(dirs.database);
    return options.endsWithProcess === true ? opened : open.use(opened);
  });
  const services = lazy(async () => {
    const { openServices } = await import('./open-services.ts');
    return openServices(dirs, await metadata());
  });
  const containers = lazy(async (): Promise<ContainerServices> => {
    const records = await metadata();
    return {
      dirs,
      metadata: records,
      images: async () => (await services()).images,
      content: async () => (await services()).content,
      snapshots: async () => (await services()).snapshots,
      runtime: lazy(async () => (await import('./runtime/open-runtime.ts')).openRuntime(dirs)),
      networking: lazy(async () => {
        const own = await worldNetwork();
        if (own !== undefined) return own.networking;
        const { createNetworking } = await import('./network/create-networking.ts');
        return createNetworking({ dirs, metadata: records });
      }),
      volumes: lazy(async () => {
        const { openVolumeStore } = await import('./volumes/open-volume-store.ts');
        return openVolumeStore({ dirs, metadata: records });
      }),
      sweepImages: async () => (await import('./sweep-images.ts')).sweepImages(await services()),
      selfCommand: options.selfCommand,
    };
  });
  const worldNetwork = lazy(async (): Promise<WorldNetwork | undefined> => {
    const world = ownWorld();
    if (world === undefined) return undefined;
    const { openWorldNetwork } = await import('./network/world/world-network.ts');
    return openWorldNetwork({ dirs, metadata: await metadata() }, world);
  });
  const registryAccess = lazy(async () => {
    const { openRegistryAccess } = await import('./registry/registry-access.ts');
    const { env, insecureRegistries } = options;
    return open.use(openRegistryAccess({ env, insecure: insecureRegistries }));
  });
  const registry = lazy(async () => {
    const { registryClientOf } = await import('./registry/create-registry-client.ts');
    return registryClientOf(await registryAccess());
  });
  return {
    dirs,
    metadata,
    services,
    containers,
    worldNetwork,
    registryAccess,
    registry,
    close: async () => open.dispose(),
  };
}

/** The journal; and while somebody reads it, containers that end are buried at once, so that it tells of them. */
async function* liveEvents(parts: CoreParts, options: EventOptions = {}): AsyncGenerator<EngineEvent> {
  // What happens while the journal is being opened is told as well.
  const since = options.since ?? new Date().toISOString();
  const { journal } = await parts.metadata();
  const stop = new AbortController();
  const signal = options.signal === undefined ? stop.signal : AbortSignal.any([options.signal, stop.signal]);
  try {
    const { undertaker } = await import('./containers/undertaker.ts');
    const { watch } = undertaker(await parts.containers(), signal);
    const events = journal.follow({ ...options, since, signal })[Symbol.asyncIterator]();
    // What ends from here on is told.
    let next = events.next();
    watch();
    for (;;) {
      const event = await next;
      if (event.done === true) return;
      if (event.value.type === 'container.started' || event.value.type === 'gap') watch();
      next = events.next();
      yield event.value;
    }
  } finally {
    stop.abort();
  }
}
