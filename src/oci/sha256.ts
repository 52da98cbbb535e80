import type { ChainId, DiffId, Digest } from './digest.ts';

/** Loaded at the first digest: most commands make none, and it would cost each of them milliseconds of its start. */
const crypto = () => process.getBuiltinModule('node:crypto');

/** Digest of bytes or of a string's UTF-8. */
export function sha256(data: string | Uint8Array): Digest {
  return `sha256:${crypto().hash('sha256', data, 'hex')}` as Digest;
}

/** An incremental digest. `digest()` ends it. */
export interface Digester {
  update(chunk: Uint8Array): void;
  digest(): Digest;
}

export function sha256Digester(): Digester {
  const state = crypto().createHash('sha256');
  return {
    update: (chunk) => void state.update(chunk),
    digest: () => `sha256:${state.digest('hex')}` as Digest,
  };
}

/**
 * Chain ID of the stack `parent` + `diffId` (image-spec config.md): the diff ID itself for the lowest layer, else
 * `sha256(parent + " " + diffId)`.
 */
export function chainId(parent: ChainId | undefined, diffId: DiffId): ChainId {
  if (parent === undefined) return diffId as string as ChainId;
  return sha256(`${parent} ${diffId}`) as string as ChainId;
}

/** Chain IDs of all the stacks from the lowest layer up: same length and order as `diffIds`. */
export function chainIds(diffIds: readonly DiffId[]): readonly ChainId[] {
  const chain: ChainId[] = [];
  for (const diffId of diffIds) chain.push(chainId(chain.at(-1), diffId));
  return chain;
}
