import type { GantryError } from '../../base/gantry-error.ts';
import type { ContainerSummary } from '../../engine/containers.ts';
import type { ImageSummary } from '../../engine/images.ts';

/** The lists of an engine as far as they are known here. Replaced as a whole, never changed in place. */
export interface EngineState {
  /** `loading` until both lists came once; `lost` while the engine does not answer. */
  readonly phase: 'loading' | 'live' | 'lost';
  readonly problem: GantryError | undefined;
  /** Undefined until listed once. */
  readonly images: readonly ImageSummary[] | undefined;
  readonly containers: readonly ContainerSummary[] | undefined;
}

export const initialEngineState: EngineState = {
  phase: 'loading',
  problem: undefined,
  images: undefined,
  containers: undefined,
};

/** The lists that events can make out of date. */
export type ListedNoun = 'images' | 'containers';
