import type { DiagnosticSink } from './diagnostic-sink.ts';
import type { ArgInstruction, EnvInstruction, KeyValue, LabelInstruction } from './instruction.ts';
import type { InstructionNode } from './instruction-node.ts';
import { readFlags } from './read-flags.ts';
import { splitWords } from './split-words.ts';

/** `ENV a=b c="d e"`, or the old `ENV a rest of line`. */
export function parseEnv(node: InstructionNode, sink: DiagnosticSink): EnvInstruction | undefined {
  const pairs = parsePairs(node, sink);
  return pairs && { kind: 'env', pairs, position: node.position, source: node.source };
}

/** As {@link parseEnv}. */
export function parseLabel(node: InstructionNode, sink: DiagnosticSink): LabelInstruction | undefined {
  const pairs = parsePairs(node, sink);
  return pairs && { kind: 'label', pairs, position: node.position, source: node.source };
}

/** `ARG name[=default]…`. */
export function parseArg(node: InstructionNode, sink: DiagnosticSink): ArgInstruction | undefined {
  readFlags(node, {}, sink);
  const words = splitWords(node.rest, node.escape);
  if (words.length === 0) {
    sink.error('missing-argument', 'ARG requires at least one argument', node.position);
    return undefined;
  }
  const args = words.map((word) => {
    const equals = word.indexOf('=');
    return equals < 0
      ? { name: word, value: undefined }
      : { name: word.slice(0, equals), value: word.slice(equals + 1) };
  });
  if (args.some(({ name }) => name === '')) {
    sink.error('blank-name', 'ARG names can not be blank', node.position);
    return undefined;
  }
  return { kind: 'arg', args, position: node.position, source: node.source };
}

function parsePairs(node: InstructionNode, sink: DiagnosticSink): readonly KeyValue[] | undefined {
  readFlags(node, {}, sink);
  const words = splitWords(node.rest, node.escape);
  const first = words[0];
  if (first === undefined) {
    sink.error('missing-argument', `${node.name} requires at least one argument`, node.position);
    return undefined;
  }
  const pairs = first.includes('=') ? modernPairs(node, words, sink) : legacyPair(node, sink);
  if (pairs?.some(({ key }) => key === '') === true) {
    sink.error('blank-name', `${node.name} names can not be blank`, node.position);
    return undefined;
  }
  return pairs;
}

function modernPairs(
  node: InstructionNode,
  words: readonly string[],
  sink: DiagnosticSink,
): readonly KeyValue[] | undefined {
  const pairs: KeyValue[] = [];
  for (const word of words) {
    const equals = word.indexOf('=');
    if (equals < 0) {
      const quoted = JSON.stringify(word);
      const message = `Syntax error - can't find = in ${quoted}. Must be of the form: name=value`;
      sink.error('missing-equals', message, node.position, 'put quotes around a value that holds blanks');
      return undefined;
    }
    pairs.push({ key: word.slice(0, equals), value: word.slice(equals + 1) });
  }
  return pairs;
}

function legacyPair(node: InstructionNode, sink: DiagnosticSink): readonly KeyValue[] | undefined {
  const match = /^(\S+)[\t\v\f\r ]+(.+)$/s.exec(node.rest);
  if (match === null) {
    sink.error(
      'missing-argument',
      `${node.name} must have two arguments`,
      node.position,
      `${node.name} name=value`,
    );
    return undefined;
  }
  const message = `"${node.name} key=value" should be used instead of legacy "${node.name} key value" format`;
  sink.warning('LegacyKeyValueFormat', message, node.position);
  return [{ key: match[1] as string, value: match[2] as string }];
}
