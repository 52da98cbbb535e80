import type { GantryError } from '../../base/gantry-error.ts';
import type { ContainerSummary } from '../../engine/containers.ts';
import type { ImageSummary } from '../../engine/images.ts';
import type { NetworkSummary } from '../../engine/networks.ts';
import type { VolumeSummary } from '../../engine/volumes.ts';

/** The lists of an engine as far as they are known here. Replaced as a whole, never changed in place. */
export interface EngineState {
  /** `loading` until images and containers came once; `lost` while the engine does not answer. */
  readonly phase: 'loading' | 'live' | 'lost';
  readonly problem: GantryError | undefined;
  /** Undefined until listed once. */
  readonly images: readonly ImageSummary[] | undefined;
  readonly containers: readonly ContainerSummary[] | undefined;
  readonly volumes: readonly VolumeSummary[] | undefined;
  readonly networks: readonly NetworkSummary[] | undefined;
}

export const initialEngineState: EngineState = {
  phase: 'loading',
  problem: undefined,
  images: undefined,
  containers: undefined,
  volumes: undefined,
  networks: undefined,
};

/** The lists that events can make out of date. */
export type ListedNoun = 'images' | 'containers' | 'volumes' | 'networks';
