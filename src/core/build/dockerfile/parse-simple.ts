import { plainWords } from './blank.ts';
import type { DiagnosticSink } from './diagnostic-sink.ts';
import { notStringsMessage, parseExecForm } from './exec-form.ts';
import type {
  ExposeInstruction,
  MaintainerInstruction,
  StopSignalInstruction,
  UserInstruction,
  VolumeInstruction,
  WorkdirInstruction,
} from './instruction.ts';
import type { InstructionNode } from './instruction-node.ts';
import { readFlags } from './read-flags.ts';

export function parseUser(node: InstructionNode, sink: DiagnosticSink): UserInstruction | undefined {
  const user = oneArgument(node, sink);
  return user === undefined ? undefined : { kind: 'user', user, ...written(node) };
}

export function parseWorkdir(node: InstructionNode, sink: DiagnosticSink): WorkdirInstruction | undefined {
  const path = oneArgument(node, sink);
  return path === undefined ? undefined : { kind: 'workdir', path, ...written(node) };
}

export function parseStopSignal(
  node: InstructionNode,
  sink: DiagnosticSink,
): StopSignalInstruction | undefined {
  const signal = oneArgument(node, sink);
  return signal === undefined ? undefined : { kind: 'stopsignal', signal, ...written(node) };
}

export function parseMaintainer(
  node: InstructionNode,
  sink: DiagnosticSink,
): MaintainerInstruction | undefined {
  const name = oneArgument(node, sink);
  if (name === undefined) return undefined;
  sink.finding('MaintainerDeprecated', node.position);
  return { kind: 'maintainer', name, ...written(node) };
}

export function parseExpose(node: InstructionNode, sink: DiagnosticSink): ExposeInstruction | undefined {
  readFlags(node, {}, sink);
  const ports = plainWords(node.rest);
  if (ports.length === 0) {
    sink.error('missing-argument', 'EXPOSE requires at least one argument', node.position);
    return undefined;
  }
  return { kind: 'expose', ports: ports.toSorted(), ...written(node) };
}

export function parseVolume(node: InstructionNode, sink: DiagnosticSink): VolumeInstruction | undefined {
  readFlags(node, {}, sink);
  const form = parseExecForm(node.rest);
  if (form?.ok === false) {
    sink.error('not-strings', notStringsMessage, node.position);
    return undefined;
  }
  const paths = form?.argv ?? plainWords(node.rest);
  if (paths.length === 0) {
    sink.error('missing-argument', 'VOLUME requires at least one argument', node.position);
    return undefined;
  }
  if (paths.some((path) => path.trim() === '')) {
    sink.error('blank-volume', 'VOLUME specified can not be an empty string', node.position);
    return undefined;
  }
  return { kind: 'volume', paths, ...written(node) };
}

/** The rest of the line is one argument, blanks and all. */
function oneArgument(node: InstructionNode, sink: DiagnosticSink): string | undefined {
  readFlags(node, {}, sink);
  if (node.rest !== '') return node.rest;
  sink.error('missing-argument', `${node.name} requires exactly one argument`, node.position);
  return undefined;
}

function written(node: InstructionNode): Pick<InstructionNode, 'position' | 'source'> {
  return { position: node.position, source: node.source };
}
