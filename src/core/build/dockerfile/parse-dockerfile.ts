import type { Diagnostic, Parsed } from './diagnostic.ts';
import { DiagnosticSink } from './diagnostic-sink.ts';
import type { Dockerfile, Stage, StageInstruction } from './dockerfile.ts';
import type { ArgInstruction, FromInstruction } from './instruction.ts';
import { parseInstruction } from './parse-instruction.ts';
import { parseTree } from './parse-tree.ts';

/**
 * Parses a Dockerfile as BuildKit does (Dockerfile reference, frontend 1.2x). Never throws. `value` is undefined when
 * any diagnostic is an error. `file` is only for positions.
 */
export function parseDockerfile(text: string, file: string): Parsed<Dockerfile> {
  const sink = new DiagnosticSink(file);
  const tree = parseTree(text, sink);
  const globalArgs: ArgInstruction[] = [];
  const stages: { index: number; from: FromInstruction; instructions: StageInstruction[] }[] = [];
  let empty = true;
  for (const node of tree.nodes) {
    empty = false;
    const instruction = parseInstruction(node, sink);
    if (instruction === undefined) continue;
    if (instruction.kind === 'from') {
      stages.push({ index: stages.length, from: instruction, instructions: [] });
      continue;
    }
    const stage = stages.at(-1);
    if (stage !== undefined) {
      stage.instructions.push(instruction);
    } else if (instruction.kind === 'arg') {
      globalArgs.push(instruction);
    } else {
      const hint = 'only ARG may stand before the first FROM';
      sink.error('no-stage', 'no build stage in current context', node.position, hint);
    }
  }
  if (empty) {
    const hint = 'the smallest one is a single line: FROM image';
    sink.error('empty', 'file with no instructions', sink.at(1), hint);
  } else if (stages.length === 0 && !sink.failed) {
    sink.error('no-stage', 'no build stage in current context', sink.at(1), 'FROM image is missing');
  }
  warnOfStages(stages, sink);
  const { directives } = tree;
  const diagnostics = sink.diagnostics.filter(
    ({ severity, code }) =>
      severity === 'error' || !(directives.check.skipAll || directives.check.skip.has(code)),
  );
  if (directives.check.error) return asErrors({ directives, globalArgs, stages }, diagnostics, sink.failed);
  return { value: sink.failed ? undefined : { directives, globalArgs, stages }, diagnostics };
}

/** `# check=error=true`: what would be a warning keeps the file from being built. */
function asErrors(
  value: Dockerfile,
  diagnostics: readonly Diagnostic[],
  failed: boolean,
): Parsed<Dockerfile> {
  return {
    value: failed || diagnostics.length > 0 ? undefined : value,
    diagnostics: diagnostics.map((diagnostic) => ({ ...diagnostic, severity: 'error' })),
  };
}

/** What only the whole file shows: names given twice, instructions of which the last one alone counts. */
function warnOfStages(stages: readonly Stage[], sink: DiagnosticSink): void {
  const names = new Set<string>();
  for (const { from, instructions } of stages) {
    if (from.stageName !== undefined && names.has(from.stageName)) {
      const message = `Duplicate stage name "${from.stageName}", stage names should be unique`;
      sink.warning('DuplicateStageName', message, from.position);
    }
    if (from.stageName !== undefined) names.add(from.stageName);
    for (const kind of ['cmd', 'entrypoint', 'healthcheck'] as const) {
      const earlier = instructions.filter((instruction) => instruction.kind === kind).slice(0, -1);
      for (const { position } of earlier) {
        const name = kind.toUpperCase();
        const message = `Multiple ${name} instructions should not be used in the same stage because only the last one will be used`;
        sink.warning('MultipleInstructionsDisallowed', message, position);
      }
    }
  }
}
