import type { Descriptor } from '../../../oci/descriptor.ts';
import type { ChainId, DiffId } from '../../../oci/digest.ts';
import type { ContainerConfig, HistoryItem } from '../../../oci/image-config.ts';
import type { Platform } from '../../../oci/platform.ts';

/** One layer of a stage, and how the image's manifest will name it. */
export interface StageLayer {
  readonly diffId: DiffId;
  readonly descriptor: Descriptor;
}

/** A stage between two of its instructions. Never changed: each instruction makes the next one. */
export interface StageState {
  /** The snapshot of all its layers; undefined: none. */
  readonly chainId: ChainId | undefined;
  /**
   * By which steps its layers are made, whatever these came to: the chain ID of the base (empty: none), then the keys of
   * the steps above. Undefined: one of them cannot be known without making those before.
   */
  readonly definition: string | undefined;
  /** Lowest first. */
  readonly layers: readonly StageLayer[];
  /** How many of the layers, and of the lines of the history, are those of the image it stands on. */
  readonly inherited: { readonly layers: number; readonly history: number };
  readonly platform: Platform;
  readonly config: ContainerConfig;
  readonly author: string | undefined;
  readonly history: readonly HistoryItem[];
  /** When its last step was made. */
  readonly createdAt: string | undefined;
  /**
   * ARGs declared so far, in their order; undefined: declared without a value, or an ENV that came later has taken the
   * name.
   */
  readonly args: ReadonlyMap<string, string | undefined>;
  /** CMD was set in this file: a later ENTRYPOINT leaves it. */
  readonly hasOwnCommand: boolean;
}

/** BuildKit's mark in each history entry. */
export const historyComment = 'buildkit.dockerfile.v0';

const usualPath = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Docker gives every image without a base a PATH and a folder to start in. */
const emptyConfig: ContainerConfig = { Env: [usualPath], WorkingDir: '/' };

/** BuildKit gives a stage a PATH where its base has none. */
export function withPath(config: ContainerConfig): ContainerConfig {
  const env = config.Env ?? [];
  return env.some((entry) => entry.startsWith('PATH=')) ? config : { ...config, Env: [...env, usualPath] };
}

/** A stage that stands on nothing. */
export function scratchState(platform: Platform): StageState {
  return {
    chainId: undefined,
    definition: '',
    layers: [],
    inherited: { layers: 0, history: 0 },
    platform,
    config: emptyConfig,
    author: undefined,
    history: [],
    createdAt: undefined,
    args: new Map(),
    hasOwnCommand: false,
  };
}

/**
 * Value of a variable in a stage. Of an ARG and an ENV of one name the later one counts, as in BuildKit
 * (dockerfile2llb, `dispatchArg`), whatever its reference says; the image has what ENV said.
 */
export function variableOf(state: StageState, name: string): string | undefined {
  const prefix = `${name}=`;
  const entry = state.config.Env?.findLast((item) => item.startsWith(prefix));
  return state.args.get(name) ?? entry?.slice(prefix.length);
}
