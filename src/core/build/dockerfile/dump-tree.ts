import { goQuote, goQuoteList } from '../go-quote.ts';
import { plainWords } from './blank.ts';
import { cutWord } from './cut-word.ts';
import type { Parsed } from './diagnostic.ts';
import { DiagnosticSink } from './diagnostic-sink.ts';
import { notStringsMessage, parseExecForm } from './exec-form.ts';
import type { InstructionNode, RawFlag } from './instruction-node.ts';
import { readPairs } from './parse-key-values.ts';
import { parseTree } from './parse-tree.ts';
import { splitFlags } from './split-flags.ts';
import { splitWords } from './split-words.ts';

/** What a line of a tree is made from: the part of a node that an ONBUILD trigger has too. */
type Line = Pick<InstructionNode, 'name' | 'keyword' | 'flags' | 'rest' | 'escape' | 'position'>;

/** An instruction's arguments as BuildKit's parser splits them; undefined: it refuses the file. */
type Arguments = readonly string[] | undefined;

type ArgumentReader = (line: Line, sink: DiagnosticSink) => Arguments;

const readers: Readonly<Record<string, ArgumentReader>> = {
  ADD: (line, sink) => execForm(line, line.rest, sink, plainWords),
  ARG: ({ rest, escape: escapeChar }) => splitWords(rest, escapeChar),
  CMD: (line, sink) => execForm(line, line.rest, sink, oneText),
  COPY: (line, sink) => execForm(line, line.rest, sink, plainWords),
  ENTRYPOINT: (line, sink) => execForm(line, line.rest, sink, oneText),
  ENV: pairs,
  EXPOSE: ({ rest }) => plainWords(rest),
  FROM: ({ rest }) => plainWords(rest),
  HEALTHCHECK: healthcheck,
  LABEL: pairs,
  MAINTAINER: ({ rest }) => oneText(rest),
  RUN: (line, sink) => execForm(line, line.rest, sink, oneText),
  SHELL: (line, sink) => execForm(line, line.rest, sink, oneText),
  STOPSIGNAL: ({ rest }) => oneText(rest),
  USER: ({ rest }) => oneText(rest),
  VOLUME: (line, sink) => execForm(line, line.rest, sink, plainWords),
  WORKDIR: ({ rest }) => oneText(rest),
};

/**
 * The syntax tree of a Dockerfile as BuildKit's parser prints its own: a line an instruction, `(copy ["--link"] "a"
 * "b")`. Only what the parser itself refuses is an error; what the words mean does not matter here. Never throws.
 */
export function dumpTree(text: string, file: string): Parsed<string> {
  const sink = new DiagnosticSink(file);
  const lines: string[] = [];
  for (const node of parseTree(text, sink).nodes) lines.push(`(${dumpLine(node, sink)})\n`);
  if (lines.length === 0) sink.error('empty', 'file with no instructions', sink.at(1));
  return { value: sink.failed ? undefined : lines.join(''), diagnostics: sink.diagnostics };
}

function dumpLine(line: Line, sink: DiagnosticSink): string {
  // `ONBUILD ONBUILD …` nests as deep as somebody cares to write it.
  const heads: string[] = [];
  let at = line;
  while (at.name === 'ONBUILD' && at.rest !== '') {
    heads.push(`${head(at)} (`);
    at = trigger(at);
  }
  const reader = Object.hasOwn(readers, at.name) ? readers[at.name] : undefined;
  // Whatever follows a word that is no instruction is dropped, and leaves an empty argument.
  const words = at.name === 'ONBUILD' ? [] : reader === undefined ? [''] : (reader(at, sink) ?? []);
  return heads.join('') + [head(at), ...words.map(goQuote)].join(' ') + ')'.repeat(heads.length);
}

function head({ keyword, flags }: Line): string {
  const name = keyword.toLowerCase();
  return flags.length === 0 ? name : `${name} ${goQuoteList(flags.map(flagText))}`;
}

function flagText({ name, value }: RawFlag): string {
  return value === undefined ? `--${name}` : `--${name}=${value}`;
}

function trigger(line: Line): Line {
  const { word, rest } = cutWord(line.rest);
  return { ...line, ...splitFlags(rest), name: word.toUpperCase(), keyword: word };
}

function execForm(
  { position }: Line,
  text: string,
  sink: DiagnosticSink,
  otherwise: (text: string) => readonly string[],
): Arguments {
  const form = parseExecForm(text);
  if (form === undefined) return otherwise(text);
  if (form.ok) return form.argv;
  sink.error('not-strings', notStringsMessage, position);
  return undefined;
}

function oneText(text: string): readonly string[] {
  return text === '' ? [] : [text];
}

/** Three words each: name, value, and what stood between them, which is nothing in the old form. */
function pairs(line: Line, sink: DiagnosticSink): Arguments {
  if (splitWords(line.rest, line.escape).length === 0) return [];
  const parsed = readPairs(line, sink);
  return parsed?.pairs.flatMap(({ key, value }) => [key, value, parsed.isLegacy ? '' : '=']);
}

function healthcheck(line: Line, sink: DiagnosticSink): Arguments {
  const { word: type, rest: command } = cutWord(line.rest);
  if (type === '') return [];
  const words = execForm(line, command, sink, oneText);
  return words && [type, ...words];
}
