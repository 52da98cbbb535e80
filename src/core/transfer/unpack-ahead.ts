import { closeSync } from 'node:fs';
import { GantryError } from '../../base/gantry-error.ts';
import type { Emit } from '../../engine/start-operation.ts';
import type { TransferEvent } from '../../engine/transfer-events.ts';
import { type ChainId, type DiffId, type Digest, parseDigest } from '../../oci/digest.ts';
import { chainId } from '../../oci/sha256.ts';
import type { CoreServices } from '../core-services.ts';
import { applyLayer } from '../layers/apply-layer.ts';
import type { AppliedLayer, GrowingFile } from '../layers/layer-io.ts';
import type { Lease } from '../metadata/metadata.ts';
import type { ArchiveFollower } from './archive-files.ts';
import { layerTeller } from './layer-progress.ts';
import type { PlannedLayer } from './plan-archive.ts';
import { type UnpackOptions, unpackLayer } from './unpack-layers.ts';

export interface UnpackAheadRequest {
  readonly services: Pick<CoreServices, 'snapshots'>;
  readonly lease: Lease;
  readonly plans: readonly (readonly PlannedLayer[])[];
  readonly emit: Emit<TransferEvent>;
  readonly signal: AbortSignal;
}

interface Arrival {
  readonly begun: PromiseWithResolvers<GrowingFile | undefined>;
  readonly whole: PromiseWithResolvers<Digest | undefined>;
}

/** Each has a file open. */
const mostFiles = 500;

/**
 * Unpacks layers of an archive while it is still being read, by a plan that nothing has proven: a layer counts only when
 * its bytes are what its diff ID says. What goes wrong here goes unsaid: whoever takes the archive's images in finds a
 * layer missing, and unpacks it, or says why that cannot be.
 */
export class UnpackAhead implements ArchiveFollower, AsyncDisposable {
  /** Layers unpacked, each with the blob it came from. */
  readonly unpacked = new Map<DiffId, Digest>();
  readonly #request: UnpackAheadRequest;
  readonly #arrivals = new Map<string, Arrival>();
  readonly #files: GrowingFile[] = [];
  readonly #work: Promise<void>;

  constructor(request: UnpackAheadRequest) {
    this.#request = request;
    for (const { file } of request.plans.flat()) {
      const [begun, whole] = [Promise.withResolvers<GrowingFile | undefined>(), newDigest()];
      if (this.#arrivals.size < mostFiles) this.#arrivals.set(file, { begun, whole });
    }
    this.#work = this.#unpackAll().catch(() => undefined);
  }

  wants(path: string): boolean {
    return this.#arrivals.has(path);
  }

  begin(path: string, file: GrowingFile): void {
    this.#files.push(file);
    this.#arrivals.get(path)?.begun.resolve(file);
  }

  whole(path: string, digest: Digest): void {
    this.#arrivals.get(path)?.whole.resolve(digest);
  }

  /** The archive is read: waits until what can be unpacked is. */
  async finish(): Promise<void> {
    for (const { begun, whole } of this.#arrivals.values()) {
      begun.resolve(undefined);
      whole.resolve(undefined);
    }
    await this.#work;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { growth } of this.#files) growth.end(false);
    await this.finish();
    for (const { fd } of this.#files) closeSync(fd);
  }

  async #unpackAll(): Promise<void> {
    for (const plan of this.#request.plans) await this.#unpackImage(plan);
  }

  async #unpackImage(plan: readonly PlannedLayer[]): Promise<void> {
    const { services, lease, emit } = this.#request;
    const { snapshots } = services;
    let parent: ChainId | undefined;
    for (const layer of plan) {
      const name = chainId(parent, layer.diffId);
      lease.protect({ kind: 'snapshot', key: name });
      if (!snapshots.has(name)) {
        const arrival = this.#arrivals.get(layer.file);
        const file = await arrival?.begun.promise;
        if (arrival === undefined || file === undefined) return;
        const tell = layerTeller(emit, layer.diffId);
        const apply = (targetDir: string, options: UnpackOptions) =>
          this.#apply(layer, file, arrival.whole.promise, targetDir, options, (done) =>
            tell('extracting', done),
          );
        await unpackLayer(snapshots, lease, { diffId: layer.diffId, apply }, parent, name);
        tell('done');
      }
      parent = name;
    }
  }

  async #apply(
    { diffId, isPlain }: PlannedLayer,
    file: GrowingFile,
    whole: Promise<Digest | undefined>,
    targetDir: string,
    options: UnpackOptions,
    onProgress: (doneBytes: number) => void,
  ): Promise<AppliedLayer> {
    const { signal } = this.#request;
    // Of a plain tar the digest is the diff ID: who takes the archive in works it out, and it is compared below.
    const known = isPlain ? { knownDiffId: diffId, knownDigest: parseDigest(diffId) } : {};
    const applied = await applyLayer(file, targetDir, { ...options, ...known, signal, onProgress });
    const digest = await whole;
    if (digest === undefined || (isPlain && digest !== (diffId as string))) throw notAsPlanned(diffId);
    this.unpacked.set(diffId, digest);
    return applied;
  }
}

function newDigest(): PromiseWithResolvers<Digest | undefined> {
  return Promise.withResolvers<Digest | undefined>();
}

function notAsPlanned(diffId: DiffId): GantryError {
  return new GantryError({
    kind: 'corrupt',
    code: 'diff-id-mismatch',
    message: `what the archive calls ${diffId} is something else`,
  });
}
