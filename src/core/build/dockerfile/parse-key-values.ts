import { checkDescription } from './check-description.ts';
import type { DiagnosticSink } from './diagnostic-sink.ts';
import type { ArgInstruction, EnvInstruction, KeyValue, LabelInstruction } from './instruction.ts';
import type { InstructionNode } from './instruction-node.ts';
import { readFlags } from './read-flags.ts';
import { splitWords } from './split-words.ts';

/** `ENV a=b c="d e"`, or the old `ENV a rest of line`. */
export function parseEnv(node: InstructionNode, sink: DiagnosticSink): EnvInstruction | undefined {
  const parsed = parsePairs(node, sink);
  if (parsed === undefined) return undefined;
  const { pairs, isLegacy } = parsed;
  return { kind: 'env', pairs, isLegacy, position: node.position, source: node.source };
}

/** As {@link parseEnv}. */
export function parseLabel(node: InstructionNode, sink: DiagnosticSink): LabelInstruction | undefined {
  const parsed = parsePairs(node, sink);
  if (parsed === undefined) return undefined;
  const { pairs, isLegacy } = parsed;
  return { kind: 'label', pairs, isLegacy, position: node.position, source: node.source };
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
  checkDescription(
    node,
    args.map(({ name }) => name),
    sink,
  );
  return { kind: 'arg', args, position: node.position, source: node.source };
}

function parsePairs(node: InstructionNode, sink: DiagnosticSink): WrittenPairs | undefined {
  readFlags(node, {}, sink);
  const parsed = readPairs(node, sink);
  if (parsed?.pairs.some(({ key }) => key === '') !== true) return parsed;
  sink.error('blank-name', `${node.name} names can not be blank`, node.position);
  return undefined;
}

export interface WrittenPairs {
  readonly pairs: readonly KeyValue[];
  /** `ENV name value`, not `ENV name=value`. */
  readonly isLegacy: boolean;
}

type PairsSource = Pick<InstructionNode, 'name' | 'rest' | 'escape' | 'position'>;

/** The pairs of ENV or LABEL. Undefined when there are none; why is in `sink`. */
export function readPairs(node: PairsSource, sink: DiagnosticSink): WrittenPairs | undefined {
  const words = splitWords(node.rest, node.escape);
  const first = words[0];
  if (first === undefined) {
    sink.error('missing-argument', `${node.name} requires at least one argument`, node.position);
    return undefined;
  }
  const isLegacy = !first.includes('=');
  const pairs = isLegacy ? legacyPair(node, sink) : modernPairs(node, words, sink);
  return pairs && { pairs, isLegacy };
}

function modernPairs(
  node: PairsSource,
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

function legacyPair(node: PairsSource, sink: DiagnosticSink): readonly KeyValue[] | undefined {
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
  return [{ key: match[1] as string, value: match[2] as string }];
}
