import type { SourcePosition } from '../../../engine/builds.ts';
import type { Platform } from '../../../oci/platform.ts';
import type { Directives } from '../dockerfile/directives.ts';
import type { StageInstruction } from '../dockerfile/dockerfile.ts';
import type { NamedContext } from './named-contexts.ts';
import type { EarlierStages } from './stage-names.ts';

/** What a stage stands on. */
export type StageBase =
  | { readonly kind: 'scratch' }
  | { readonly kind: 'stage'; readonly index: number }
  | NamedContext;

/** Where COPY --from and RUN --mount=from take files. */
export type CopyOrigin = Exclude<StageBase, { kind: 'scratch' }>;

/** One step: a stage's FROM or one of its instructions. */
export interface PlannedStep {
  /** Stable within the build: `1.0` is the FROM of the second stage. */
  readonly id: string;
  /** `[build 2/5] RUN make` */
  readonly name: string;
  readonly position: SourcePosition;
  /** Other steps it needs. */
  readonly inputs: readonly string[];
}

export interface PlannedStage {
  readonly index: number;
  /** `build`, or `stage-1`. */
  readonly name: string;
  readonly base: StageBase;
  readonly platform: Platform;
  /** Somebody asked for the platform: an image for another one will not do. */
  readonly platformGiven: boolean;
  /** Names and numbers by which it may take files from stages before it; of two alike the later counts. */
  readonly earlier: EarlierStages;
  readonly from: PlannedStep;
  readonly steps: readonly (PlannedStep & { readonly instruction: StageInstruction })[];
}

/** What has to be done for a target: pure, made before anything is looked up. */
export interface BuildPlan {
  readonly directives: Directives;
  /** Only stages the target needs, in the order of the file. */
  readonly stages: readonly PlannedStage[];
  /** Index of the stage that becomes the image. */
  readonly target: number;
  /** ARGs before the first FROM and the automatic ones, with their values: what `ARG name` in a stage inherits. */
  readonly globalArgs: ReadonlyMap<string, string>;
}
