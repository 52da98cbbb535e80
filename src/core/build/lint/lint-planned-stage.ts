import type { Platform } from '../../../oci/platform.ts';
import { formatPlatform } from '../../../oci/platform-parse.ts';
import type { DiagnosticSink } from '../dockerfile/diagnostic-sink.ts';
import type { StageInstruction } from '../dockerfile/dockerfile.ts';
import type { BuildPlan, PlannedStage } from '../graph/build-plan.ts';
import { lintStage } from './lint-stage.ts';
import type { StageKnowledge } from './stage-knowledge.ts';

export interface PlanLintOptions {
  readonly plan: BuildPlan;
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly buildPlatform: Platform;
  readonly isIgnored: (path: string) => boolean;
}

export interface KnownBase {
  readonly knowledge: StageKnowledge;
  /** Of a base image that is known. */
  readonly platform: Platform | undefined;
  /** What the base's ONBUILD adds before the stage's own instructions. */
  readonly triggers: readonly StageInstruction[];
}

/** The checks of one stage of a plan, with what is known of its base. */
export function lintPlannedStage(
  stage: PlannedStage,
  base: KnownBase,
  options: PlanLintOptions,
  sink: DiagnosticSink,
): StageKnowledge {
  const { plan, buildArgs, isIgnored } = options;
  if (stage.base.kind === 'image' && base.platform !== undefined) {
    lintPlatform(stage, stage.base.reference, base.platform, options.buildPlatform, sink);
  }
  const instructions = [...base.triggers, ...stage.steps.map(({ instruction }) => instruction)];
  const { globalArgs, directives } = plan;
  return lintStage(
    instructions,
    base.knowledge,
    { escape: directives.escape, buildArgs, globalArgs, isIgnored },
    sink,
  );
}

function lintPlatform(
  { platform: expected, platformGiven, from }: PlannedStage,
  image: string,
  actual: Platform,
  buildPlatform: Platform,
  sink: DiagnosticSink,
): void {
  // Where nobody asked for a platform, one this machine executes is as good as another.
  const wanted = platformGiven ? expected : buildPlatform;
  if (wanted.os === actual.os && wanted.architecture === actual.architecture) return;
  sink.finding(
    'InvalidBaseImagePlatform',
    from.position,
    image,
    formatPlatform(wanted),
    formatPlatform(actual),
  );
}
