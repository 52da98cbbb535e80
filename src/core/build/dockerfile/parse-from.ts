import type { DiagnosticSink } from './diagnostic-sink.ts';
import type { FromInstruction } from './instruction.ts';
import type { InstructionNode } from './instruction-node.ts';
import { readFlags } from './read-flags.ts';

const stageNamePattern = /^[a-z][a-z0-9-_.]*$/;
const reservedNames: ReadonlySet<string> = new Set(['scratch', 'context']);

/** `FROM [--platform=P] IMAGE [AS NAME]`. */
export function parseFrom(node: InstructionNode, sink: DiagnosticSink): FromInstruction | undefined {
  const flags = readFlags(node, { platform: 'text' }, sink);
  const words = node.rest.split(/\s+/).filter((word) => word !== '');
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
    warnOfNames(node, name, as ?? '', sink);
  }
  const platform = flags.text('platform');
  return { kind: 'from', image, platform, stageName, position: node.position, source: node.source };
}

function warnOfNames(node: InstructionNode, name: string, as: string, sink: DiagnosticSink): void {
  const lower = name.toLowerCase();
  if (name !== lower) {
    sink.warning('StageNameCasing', `Stage name '${name}' should be lowercase`, node.position);
  }
  if ((as === 'as') !== (node.keyword === 'from')) {
    const message = `'${as}' and '${node.keyword}' keywords' casing do not match`;
    sink.warning('FromAsCasing', message, node.position);
  }
  if (reservedNames.has(lower)) {
    const message = `Stage name should not use the same name as reserved stage "${lower}"`;
    sink.warning('ReservedStageName', message, node.position);
  }
}
