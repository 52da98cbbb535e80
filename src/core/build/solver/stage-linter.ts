import { DiagnosticSink } from '../dockerfile/diagnostic-sink.ts';
import type { StageInstruction } from '../dockerfile/dockerfile.ts';
import type { PlannedStage } from '../graph/build-plan.ts';
import { lintPlannedStage } from '../lint/lint-planned-stage.ts';
import { knowledgeOf, type StageKnowledge } from '../lint/stage-knowledge.ts';
import type { BuildSession } from './build-session.ts';
import type { StageState } from './stage-state.ts';

/** Makes the checks of a stage as soon as its base is known, and before its first step. */
export class StageLinter {
  readonly #session: BuildSession;
  readonly #after = new Map<number, StageKnowledge>();

  constructor(session: BuildSession) {
    this.#session = session;
  }

  /** Throws `invalid` / `lint-violation` when what is found must not be built. */
  stage(
    stage: PlannedStage,
    base: StageState,
    triggers: readonly { readonly instruction: StageInstruction }[],
  ): void {
    const { plan, buildArgs, buildPlatform, context, findings } = this.#session;
    const sink = new DiagnosticSink(stage.from.position.file);
    const inherited = stage.base.kind === 'stage' ? this.#after.get(stage.base.index) : undefined;
    const known = {
      knowledge: inherited ?? knowledgeOf(base.config),
      platform: base.platform,
      triggers: triggers.map(({ instruction }) => instruction),
    };
    const isIgnored = (path: string): boolean => context.isFiltered && context.tree.isIgnored(path);
    const options = { plan, buildArgs, buildPlatform, isIgnored };
    this.#after.set(stage.index, lintPlannedStage(stage, known, options, sink));
    findings.tell(sink.diagnostics);
    findings.refuse();
  }
}
