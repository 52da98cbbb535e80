import { DiagnosticSink } from '../dockerfile/diagnostic-sink.ts';
import type { StageInstruction } from '../dockerfile/dockerfile.ts';
import { parseInstruction } from '../dockerfile/parse-instruction.ts';
import { parseTree } from '../dockerfile/parse-tree.ts';
import { syntaxError } from '../dockerfile/syntax-error.ts';
import type { PlannedStage, PlannedStep } from '../graph/build-plan.ts';

/** The steps a base image's ONBUILD triggers add, in their order. Throws `invalid` / `dockerfile-syntax`. */
export function triggerSteps(
  stage: PlannedStage,
  triggers: readonly string[],
): readonly (PlannedStep & { readonly instruction: StageInstruction })[] {
  return triggers.flatMap((text, at) => {
    const { file } = stage.from.position;
    const sink = new DiagnosticSink(file);
    const instructions = [...parseTree(text, sink).nodes].map((node) => parseInstruction(node, sink));
    const failure = sink.diagnostics.find(({ severity }) => severity === 'error');
    // It stands in no file of the user's: the FROM that brought it is the best place to point at.
    if (failure !== undefined) throw syntaxError({ ...failure, position: stage.from.position });
    return instructions.flatMap((instruction) => {
      if (instruction === undefined || instruction.kind === 'from') return [];
      const id = `${stage.from.id}.${at + 1}`;
      const name = `[${stage.name} onbuild ${at + 1}/${triggers.length}] ${instruction.source}`;
      const step = { id, name, position: stage.from.position, inputs: [stage.from.id] };
      return [{ ...step, instruction: { ...instruction, position: stage.from.position } }];
    });
  });
}
