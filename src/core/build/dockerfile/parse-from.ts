import { plainWords } from './blank.ts';
import { checkDescription } from './check-description.ts';
import type { DiagnosticSink } from './diagnostic-sink.ts';
import type { FromInstruction } from './instruction.ts';
import type { InstructionNode } from './instruction-node.ts';
import { readFlags } from './read-flags.ts';

const stageNamePattern = /^[a-z][a-z0-9-_.]*$/;

/** `FROM [--platform=P] IMAGE [AS NAME]`. */
export function parseFrom(node: InstructionNode, sink: DiagnosticSink): FromInstruction | undefined {
  const flags = readFlags(node, { platform: 'text' }, sink);
  const words = plainWords(node.rest);
  const [image, as, name] = words;
  if (image === undefined || (words.length !== 1 && !(words.length === 3 && as?.toLowerCase() === 'as'))) {
    sink.error(
      'bad-from',
      'FROM requires either one or three arguments',
      node.position,
      'FROM image [AS name]',
    );
    return undefined;
  }
  const stageName = name?.toLowerCase();
  if (name !== undefined && stageName !== undefined) {
    if (!stageNamePattern.test(stageName)) {
      const message = `invalid name for build stage: ${JSON.stringify(name)}, name can't start with a number or contain symbols`;
      sink.error('bad-stage-name', message, node.position);
      return undefined;
    }
    checkNames(node, name, as ?? '', sink);
  }
  const platform = flags.text('platform');
  return { kind: 'from', image, platform, stageName, position: node.position, source: node.source };
}

function checkNames(node: InstructionNode, name: string, as: string, sink: DiagnosticSink): void {
  const { keyword, position } = node;
  const lower = name.toLowerCase();
  if (name !== lower) sink.finding('StageNameCasing', position, name);
  const isLower = keyword === keyword.toLowerCase();
  // A keyword of mixed case is another finding, and says nothing about its `AS`.
  const fits = as === (isLower ? as.toLowerCase() : as.toUpperCase());
  if ((isLower || keyword === keyword.toUpperCase()) && !fits) {
    sink.finding('FromAsCasing', position, keyword, as);
  }
  checkDescription(node, [lower], sink);
}
