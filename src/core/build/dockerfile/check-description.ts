import type { DiagnosticSink } from './diagnostic-sink.ts';
import type { InstructionNode } from './instruction-node.ts';

/** A comment right above a stage or ARG describes it, and begins with its name. */
export function checkDescription(
  { comments, name, position }: InstructionNode,
  defined: readonly string[],
  sink: DiagnosticSink,
): void {
  const described = comments.at(-1)?.split(' ', 1)[0];
  if (described === undefined || defined.includes(described)) return;
  const example = defined.length === 1 ? (defined[0] as string) : '<arg_key>';
  sink.finding('InvalidDefinitionDescription', position, name, example);
}
