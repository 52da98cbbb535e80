import { GantryError } from '../../src/base/gantry-error.ts';
import type { BuildEvent, BuildResult, BuildSpec } from '../../src/engine/builds.ts';
import type { ContainerDetails, ContainerSummary, LogEntry } from '../../src/engine/containers.ts';
import type { Engine } from '../../src/engine/engine.ts';
import type { EngineEvent, NewEngineEvent } from '../../src/engine/events.ts';
import type { ImageSummary } from '../../src/engine/images.ts';
import type { NetworkSummary } from '../../src/engine/networks.ts';
import { type Emit, startOperation } from '../../src/engine/start-operation.ts';
import type { TransferEvent } from '../../src/engine/transfer-events.ts';
import type { VolumeSummary } from '../../src/engine/volumes.ts';
import {
  fakeDigest,
  fakeImageId,
  fakeManifest,
  sampleContainers,
  sampleHistory,
  sampleImages,
} from './sample-objects.ts';

/** The moment the fake's world stands still at. */
export const fakeNow = Date.parse('2026-03-01T12:00:00Z');

/** Steps of a long operation, let through one by one by the test. */
type Work<Event, Result> = (emit: Emit<Event>, signal: AbortSignal) => Promise<Result>;

/**
 * An engine in memory for tests of the screen: lists that change with its methods, events, logs fed by the test.
 * Whatever a test needs to steer stands beside the port's members.
 */
export class FakeEngine implements Engine {
  readonly name = 'gantry';
  capabilities: Engine['capabilities'] = {};
  imageList: ImageSummary[] = sampleImages();
  containerList: ContainerSummary[] = sampleContainers();
  volumeList: VolumeSummary[] = [];
  networkList: NetworkSummary[] = [];
  /** Every call that changes something: `container.stop web`. */
  readonly calls: string[] = [];
  /** Set to make the next call of a method fail. */
  failure: GantryError | undefined;
  buildWork: Work<BuildEvent, BuildResult> = async (emit) => {
    emit({ kind: 'graph', vertices: [] });
    return {
      imageId: fakeImageId('built'),
      manifest: fakeManifest,
      tags: ['app:1'],
      cachedSteps: 0,
      totalSteps: 0,
    };
  };
  transferWork: Work<TransferEvent, unknown> = async () => undefined;
  readonly #subscribers = new Set<(event: EngineEvent) => void>();
  readonly #logs = new Map<string, LogEntry[]>();
  readonly #logReaders = new Map<string, Set<() => void>>();
  readonly #stats = new Map<string, Set<(reading: [number, number]) => void>>();

  emit(event: NewEngineEvent): void {
    const stamped = { ...event, time: new Date(fakeNow).toISOString() } as EngineEvent;
    for (const subscriber of this.#subscribers) subscriber(stamped);
  }

  /** A line of a container's output. */
  log(name: string, text: string, stream: LogEntry['stream'] = 'stdout'): void {
    const entries = this.#logs.get(name) ?? [];
    const time = new Date(fakeNow + entries.length * 1000).toISOString().replace('Z', '000000Z');
    entries.push({ stream, time, data: Buffer.from(`${text}\n`) });
    this.#logs.set(name, entries);
    for (const wake of this.#logReaders.get(name) ?? []) wake();
  }

  /** A reading of a running container: per cent of one core, bytes. */
  reading(name: string, cpuPercent: number, memoryBytes: number): void {
    const { id } = this.#container(name);
    for (const take of this.#stats.get(id) ?? []) take([cpuPercent, memoryBytes]);
  }

  async *events(options: { readonly signal?: AbortSignal | undefined } = {}): AsyncGenerator<EngineEvent> {
    const queue: EngineEvent[] = [];
    let wake = Promise.withResolvers<void>();
    const subscriber = (event: EngineEvent): void => {
      queue.push(event);
      wake.resolve();
    };
    this.#subscribers.add(subscriber);
    options.signal?.addEventListener('abort', () => wake.resolve(), { once: true });
    try {
      while (options.signal?.aborted !== true) {
        const event = queue.shift();
        if (event !== undefined) {
          yield event;
          continue;
        }
        wake = Promise.withResolvers<void>();
        await wake.promise;
      }
    } finally {
      this.#subscribers.delete(subscriber);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  readonly images: Engine['images'] = {
    list: async () => this.imageList,
    inspect: async (reference) => {
      const image = this.#image(reference);
      return {
        ...image,
        config: { architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [] } },
        layerDetails: image.layers.map((diffId, index) => ({
          diffId,
          chainId: fakeDigest(`chain-${diffId}`),
          sizeBytes: [77_800_000, 12_400_000, 3_100_000, 48_000, 1_200][index] ?? 900,
        })),
      };
    },
    history: async (reference) => sampleHistory(this.#image(reference)),
    diff: async (before, after) => ({
      files: [
        { kind: 'added', path: '/new', type: 'file', beforeBytes: 0, afterBytes: 1200 },
        { kind: 'changed', path: '/etc/motd', type: 'file', beforeBytes: 5, afterBytes: 50 },
        { kind: 'deleted', path: '/old', type: 'directory', beforeBytes: 0, afterBytes: 0 },
      ],
      totals: { added: 1, changed: 1, deleted: 2 },
      grownBytes: 1245,
      sharedLayers: this.#image(before).layers.length - (before === after ? 0 : 1),
    }),
    pull: (reference, options) => {
      this.#called(`image.pull ${reference}`);
      return startOperation(async (emit, signal) => {
        await orAborted(this.transferWork(emit, signal), signal);
        this.emit({ type: 'image.pulled', id: fakeDigest(reference), name: reference });
        const digest = fakeDigest(reference);
        return [{ reference, id: fakeImageId(reference), digest, upToDate: false }];
      }, options?.signal);
    },
    push: (reference, options) => {
      this.#called(`image.push ${reference}`);
      return startOperation(async (emit, signal) => {
        await orAborted(this.transferWork(emit, signal), signal);
        return [{ reference, digest: fakeDigest(reference), sizeBytes: 1 }];
      }, options?.signal);
    },
    copy: (source, target, options) => {
      this.#called(`image.copy ${source} ${target}`);
      return startOperation(async (emit, signal) => {
        await orAborted(this.transferWork(emit, signal), signal);
        return { source, target, digest: fakeDigest(source), sizeBytes: 1 };
      }, options?.signal);
    },
    load: () => startOperation(async () => []),
    save: async function* () {},
    import: () => startOperation(async () => fakeImageId('imported')),
    tag: async (source, target) => {
      this.#called(`image.tag ${source} ${target}`);
    },
    remove: async (reference) => {
      this.#called(`image.remove ${reference}`);
      const image = this.#image(reference);
      this.imageList = this.imageList.filter((other) => other !== image);
      this.emit({ type: 'image.deleted', id: image.id, name: reference });
      return [
        { action: 'untagged', target: reference },
        { action: 'deleted', target: image.id },
      ];
    },
    prune: async (options) => {
      const unused = this.imageList.filter((image) => image.names.length === 0);
      if (options?.dryRun !== true) {
        this.#called('image.prune');
        this.imageList = this.imageList.filter((image) => image.names.length > 0);
        for (const { id } of unused) this.emit({ type: 'image.deleted', id, name: undefined });
      }
      return {
        removed: unused.map(({ id }) => ({ action: 'deleted', target: id })),
        strayBlobs: [],
        partDownloads: [],
        reclaimedBytes: unused.reduce((sum, image) => sum + image.sizeBytes, 0),
      };
    },
  };

  readonly containers: Engine['containers'] = {
    list: async (options) =>
      this.containerList.filter(({ state }) => options?.all === true || state === 'running'),
    inspect: async (id) => {
      const summary = this.#container(id);
      return {
        ...summary,
        spec: { image: summary.image },
        path: summary.command[0] ?? '',
        args: summary.command.slice(1),
        hostname: 'fake',
        entrypointCount: 0,
        exposedPorts: [],
        stopSignal: 'SIGTERM',
        healthcheck: undefined,
        healthReport: undefined,
        env: ['PATH=/usr/bin:/bin'],
        user: '',
        workingDir: '/',
        error: '',
        oomKilled: false,
        restartCount: 0,
        logPath: undefined,
        networkDetails: [],
        mountDetails: [],
        anonymousVolumes: [],
        paths: { hostname: '', hosts: '', resolver: '', lower: [], upper: undefined, work: undefined },
        runtime: 'crun',
        maskedPaths: [],
        readonlyPaths: [],
        platform: 'linux/amd64',
      } satisfies ContainerDetails;
    },
    create: async (spec) => {
      this.#called(`container.create ${JSON.stringify(spec)}`);
      const id = fakeDigest(`container-${this.containerList.length}`).slice(7);
      const container = { ...(sampleContainers()[0] as ContainerSummary), id, image: spec.image };
      this.containerList = [
        { ...container, name: spec.name ?? 'brave_tesla', state: 'created' },
        ...this.containerList,
      ];
      this.emit({ type: 'container.created', id, name: spec.name ?? 'brave_tesla', image: spec.image });
      return { id, warnings: [] };
    },
    start: async (id) => this.#change(id, 'start', 'container.started', { state: 'running' }),
    startAttached: unavailable,
    attach: unavailable,
    exec: unavailable,
    stop: async (id) => {
      this.#change(id, 'stop', 'container.died', { state: 'exited', exitCode: 0 });
      return { warnings: [] };
    },
    kill: async (id) => this.#change(id, 'kill', 'container.died', { state: 'exited', exitCode: 137 }),
    restart: async (id) => this.#change(id, 'restart', 'container.restarted', { state: 'running' }),
    pause: async (id) => this.#change(id, 'pause', 'container.paused', { state: 'paused' }),
    unpause: async (id) => this.#change(id, 'unpause', 'container.unpaused', { state: 'running' }),
    update: async (id, changes) => {
      this.#called(`container.update ${id} ${JSON.stringify(changes)}`);
      return { warnings: [] };
    },
    rename: async (id, name) => this.#called(`container.rename ${id} ${name}`),
    wait: async () => 0,
    remove: async (id) => {
      this.#called(`container.remove ${id}`);
      const container = this.#container(id);
      this.containerList = this.containerList.filter((other) => other !== container);
      this.emit({
        type: 'container.removed',
        id: container.id,
        name: container.name,
        image: container.image,
      });
    },
    logs: (id, options) => this.#readLogs(this.#container(id).name, options?.signal),
    stats: (id, options) => this.#readStats(this.#container(id).id, options?.signal),
    top: async () => ({ titles: ['PID', 'CMD'], rows: [['1', 'sleep']] }),
    prune: async (options) => {
      const stopped = this.containerList.filter(({ state }) => state === 'exited');
      if (options?.dryRun !== true) this.#called('container.prune');
      return { removed: stopped.map(({ id }) => id), reclaimedBytes: 4096 };
    },
    copy: unavailable,
    readArchive: () => {
      throw unavailableError();
    },
    writeArchive: unavailable,
    diff: async () => [],
    export: () => {
      throw unavailableError();
    },
    commit: unavailable,
  };

  readonly builds: Engine['builds'] = {
    build: (spec: BuildSpec, options) => {
      this.#called(`build ${spec.contextDir} ${(spec.tags ?? []).join(',')}`);
      return startOperation(
        (emit, signal) => orAborted(this.buildWork(emit, signal), signal),
        options?.signal,
      );
    },
    openShell: () => {
      throw unavailableError();
    },
    check: async () => ({ text: '', findings: [], error: undefined, unknownImages: [] }),
    syntaxTree: async () => '',
    fetchContext: () => Promise.reject(new Error('the fake engine fetches no contexts')),
    cache: async () => [],
    pruneCache: async () => ({ removed: [], reclaimedBytes: 0 }),
  };

  readonly volumes: Engine['volumes'] = {
    list: async () => this.volumeList,
    inspect: async (name) => this.volumeList.find((volume) => volume.name === name) ?? unavailable(),
    create: unavailable,
    remove: async (name) => {
      this.#called(`volume.remove ${name}`);
      this.volumeList = this.volumeList.filter((volume) => volume.name !== name);
      this.emit({ type: 'volume.removed', name });
    },
    export: () => {
      throw unavailableError();
    },
    import: unavailable,
    prune: async () => ({ removed: [], reclaimedBytes: 0 }),
  };

  readonly networks: Engine['networks'] = {
    list: async () => this.networkList,
    inspect: unavailable,
    create: unavailable,
    connect: async () => undefined,
    disconnect: async () => undefined,
    remove: async () => undefined,
    prune: async () => ({ removed: [] }),
  };

  readonly registries: Engine['registries'] = {
    login: async ({ server, credentials }) => {
      this.#called(`registry.login ${server} ${credentials?.username}`);
      return { server: server ?? 'hub', plainTextFile: undefined, warnings: [] };
    },
    savedUser: async () => undefined,
    logins: async () => ({ logins: [], warnings: [] }),
    logout: async (server) => ({ server: server ?? 'hub', removed: true, warnings: [] }),
    search: async () => [],
    manifest: unavailable,
    referrers: unavailable,
  };

  readonly manifestLists: Engine['manifestLists'] = {
    create: unavailable,
    annotate: unavailable,
    list: async () => [],
    find: async () => undefined,
    push: (name, options) =>
      startOperation(async () => ({ digest: fakeDigest(name), brought: [] }), options?.signal),
    remove: unavailable,
  };

  readonly system: Engine['system'] = {
    info: unavailable,
    check: async () => [],
    diskUsage: async () => [],
    diskUsageDetails: unavailable,
    checkStore: async ({ depth = 'normal', repair = false } = {}) => ({
      depth,
      repair,
      checked: { blobs: 0, blobBytes: 0, layers: 0, images: 0, containers: 0, volumes: 0 },
      findings: [],
      incompleteImages: [],
      unusedBytes: 0,
      partDownloads: { count: 0, sizeBytes: 0 },
    }),
  };

  #called(call: string): void {
    this.calls.push(call);
    const { failure } = this;
    this.failure = undefined;
    if (failure !== undefined) throw failure;
  }

  #image(reference: string): ImageSummary {
    const image = this.imageList.find(({ id, names }) => id === reference || names.includes(reference));
    if (image !== undefined) return image;
    throw new GantryError({
      kind: 'not-found',
      code: 'image-not-found',
      message: `No such image: ${reference}`,
    });
  }

  #container(id: string): ContainerSummary {
    const container = this.containerList.find((other) => other.id === id || other.name === id);
    if (container !== undefined) return container;
    throw new GantryError({
      kind: 'not-found',
      code: 'container-not-found',
      message: `No such container: ${id}`,
    });
  }

  #change(
    id: string,
    call: string,
    type:
      | 'container.started'
      | 'container.died'
      | 'container.restarted'
      | 'container.paused'
      | 'container.unpaused',
    fields: Partial<ContainerSummary>,
  ): void {
    this.#called(`container.${call} ${id}`);
    const before = this.#container(id);
    const after = { ...before, ...fields };
    this.containerList = this.containerList.map((other) => (other === before ? after : other));
    const common = { id: before.id, name: before.name, image: before.image };
    this.emit(
      type === 'container.died' ? { type, ...common, exitCode: fields.exitCode ?? 0 } : { type, ...common },
    );
  }

  async *#readLogs(name: string, signal: AbortSignal | undefined): AsyncGenerator<readonly LogEntry[]> {
    let wake = Promise.withResolvers<void>();
    const reader = (): void => wake.resolve();
    const readers = this.#logReaders.get(name) ?? new Set();
    this.#logReaders.set(name, readers.add(reader));
    signal?.addEventListener('abort', reader, { once: true });
    try {
      for (let next = 0; signal?.aborted !== true; ) {
        const entry = this.#logs.get(name)?.[next];
        if (entry !== undefined) {
          next += 1;
          yield [entry];
          continue;
        }
        wake = Promise.withResolvers<void>();
        await wake.promise;
      }
    } finally {
      readers.delete(reader);
    }
  }

  async *#readStats(id: string, signal: AbortSignal | undefined) {
    const queue: [number, number][] = [[0, 0]];
    let wake = Promise.withResolvers<void>();
    const take = (reading: [number, number]): void => {
      queue.push(reading);
      wake.resolve();
    };
    const takers = this.#stats.get(id) ?? new Set();
    this.#stats.set(id, takers.add(take));
    signal?.addEventListener('abort', () => wake.resolve(), { once: true });
    let seconds = 0;
    let cpuTotalNs = 0;
    while (signal?.aborted !== true) {
      const reading = queue.shift();
      if (reading === undefined) {
        wake = Promise.withResolvers<void>();
        await wake.promise;
        continue;
      }
      seconds += 1;
      cpuTotalNs += reading[0] * 1e7;
      yield {
        id,
        time: new Date(fakeNow + seconds * 1000).toISOString(),
        cpuTotalNs,
        systemCpuTotalNs: seconds * 2e9,
        onlineCpus: 2,
        memoryBytes: reading[1],
        memoryLimitBytes: 8 << 30,
        networkReceivedBytes: 0,
        networkSentBytes: 0,
        blockReadBytes: 0,
        blockWrittenBytes: 0,
        pids: 3,
      };
    }
    takers.delete(take);
  }
}

async function unavailable(): Promise<never> {
  throw unavailableError();
}

function unavailableError(): GantryError {
  return new GantryError({ kind: 'unsupported', code: 'fake', message: 'the fake engine cannot do this' });
}

/** The work, unless it is cancelled before. */
function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  signal.addEventListener('abort', () => aborted.reject(signal.reason), { once: true });
  return Promise.race([work, aborted.promise]);
}
