import type { CheckOptions } from '../lint/check-options.ts';
import { lintFile } from '../lint/lint-file.ts';
import type { Parsed } from './diagnostic.ts';
import { DiagnosticSink } from './diagnostic-sink.ts';
import type { Dockerfile, StageInstruction } from './dockerfile.ts';
import type { ArgInstruction, FromInstruction } from './instruction.ts';
import { parseInstruction } from './parse-instruction.ts';
import { parseTree } from './parse-tree.ts';

export interface ParsedDockerfile extends Parsed<Dockerfile> {
  /** What the file's `check` directive asks for. */
  readonly check: CheckOptions;
}

/**
 * Parses a Dockerfile as BuildKit does (Dockerfile reference, frontend 1.2x). Never throws. `value` is undefined when
 * any diagnostic is an error. `file` is only for positions. Findings of build checks are all there, whatever `check`
 * says of them.
 */
export function parseDockerfile(text: string, file: string): ParsedDockerfile {
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
  lintFile({ stages }, sink);
  const value = sink.failed ? undefined : { directives: tree.directives, globalArgs, stages };
  return { value, diagnostics: sink.diagnostics, check: tree.directives.check };
}
