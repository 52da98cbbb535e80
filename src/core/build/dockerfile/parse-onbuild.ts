import { cutWord } from './cut-word.ts';
import { DiagnosticSink } from './diagnostic-sink.ts';
import type { Instruction, OnbuildInstruction } from './instruction.ts';
import type { InstructionNode } from './instruction-node.ts';
import { readFlags } from './read-flags.ts';
import { splitFlags } from './split-flags.ts';

type ParseInstruction = (node: InstructionNode, sink: DiagnosticSink) => Instruction | undefined;

/** `ONBUILD TRIGGER`. The trigger must parse; its text is what counts. */
export function parseOnbuild(
  node: InstructionNode,
  sink: DiagnosticSink,
  parseInstruction: ParseInstruction,
): OnbuildInstruction | undefined {
  readFlags(node, {}, sink);
  const { word: keyword, rest: args } = cutWord(node.rest);
  const name = keyword.toUpperCase();
  const fail = (code: string, message: string): undefined => void sink.error(code, message, node.position);
  if (name === '') return fail('missing-argument', 'ONBUILD requires at least one argument');
  if (name === 'ONBUILD') {
    return fail('bad-onbuild', "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed");
  }
  if (name === 'FROM' || name === 'MAINTAINER') {
    return fail('bad-onbuild', `${name} isn't allowed as an ONBUILD trigger`);
  }
  const { flags, rest } = splitFlags(args);
  const trial = new DiagnosticSink(node.position.file);
  parseInstruction({ ...node, name, keyword, flags, rest, source: node.rest }, trial);
  for (const { severity, code, message, position, hint } of trial.diagnostics) {
    if (severity === 'error') sink.error(code, message, position, hint);
  }
  const bodies = node.heredocs.map((heredoc) => `\n${heredoc.content}${heredoc.name}`);
  return {
    kind: 'onbuild',
    trigger: node.rest + bodies.join(''),
    position: node.position,
    source: node.source,
  };
}
