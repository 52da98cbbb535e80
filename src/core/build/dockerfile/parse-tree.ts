import { cutWord } from './cut-word.ts';
import type { DiagnosticSink } from './diagnostic-sink.ts';
import { type Directives, readDirectives } from './directives.ts';
import { parseExecForm } from './exec-form.ts';
import { findHeredocs, type Heredoc } from './heredoc.ts';
import type { InstructionNode } from './instruction-node.ts';
import { splitFlags } from './split-flags.ts';

export interface ParseTree {
  readonly directives: Directives;
  /** Read from the text as they are asked for: one pass only. */
  readonly nodes: Iterable<InstructionNode>;
}

/** As BuildKit's scanner: a longer line is no Dockerfile. */
const lineLimitBytes = 65_535;
/** A file with more instructions is refused rather than kept in memory as a tree. */
const nodeLimit = 100_000;
const heredocInstructions: ReadonlySet<string> = new Set(['RUN', 'COPY', 'ADD']);

/**
 * The first level of the parse: directives, comments, continuations, heredocs, flags. Every instruction becomes a
 * node whether anybody knows it or not. Never throws; what is wrong goes to `sink`.
 */
export function parseTree(text: string, sink: DiagnosticSink): ParseTree {
  const lines = splitLines(text);
  const directives = readDirectives(lines, sink);
  const reader = new LineReader(lines, directives, sink);
  return { directives, nodes: bounded(reader, sink) };
}

function* bounded(reader: LineReader, sink: DiagnosticSink): Generator<InstructionNode> {
  let count = 0;
  for (let node = reader.next(); node !== undefined; node = reader.next()) {
    if (count === nodeLimit) {
      sink.error('too-many-instructions', `more than ${nodeLimit} instructions`, node.position);
      return;
    }
    count += 1;
    yield node;
  }
}

/** Without line ends; a UTF-8 byte order mark before the first line is no part of it. */
function splitLines(text: string): readonly string[] {
  const lines = (text.startsWith('\ufeff') ? text.slice(1) : text).split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** One parse's place in the file. */
class LineReader {
  readonly #lines: readonly string[];
  readonly #escape: string;
  readonly #directiveLines: number;
  readonly #sink: DiagnosticSink;
  #at = 0;

  constructor(lines: readonly string[], directives: Directives, sink: DiagnosticSink) {
    this.#lines = lines;
    this.#escape = directives.escape;
    this.#directiveLines = directives.lineCount;
    this.#sink = sink;
  }

  next(): InstructionNode | undefined {
    let comments: string[] = [];
    for (;;) {
      const raw = this.#take();
      if (raw === undefined) return undefined;
      const first = raw.trimStart();
      if (first === '' || first.startsWith('#')) {
        const comment = this.#at > this.#directiveLines ? first.slice(1).trim() : '';
        if (comment !== '') comments.push(comment);
        else if (comments.length > 0) comments = [];
        continue;
      }
      const startLine = this.#at;
      const column = raw.length - first.length + 1;
      const source = this.#joined(first).trim();
      if (source === '') continue;
      return this.#node(source, comments, startLine, column);
    }
  }

  /** The next line without carriage returns at its end. */
  #take(): string | undefined {
    const line = this.#takeRaw();
    return line?.endsWith('\r') === true ? line.slice(0, lengthWithoutReturns(line)) : line;
  }

  #takeRaw(): string | undefined {
    const line = this.#lines[this.#at];
    if (line === undefined) return undefined;
    this.#at += 1;
    if (line.length * 3 > lineLimitBytes && Buffer.byteLength(line) > lineLimitBytes) {
      const message = `dockerfile line greater than max allowed size of ${lineLimitBytes}`;
      this.#sink.error('line-too-long', message, this.#sink.at(this.#at));
    }
    return line;
  }

  /** Appends continuation lines. Comment lines among them vanish, empty ones too, with a warning. */
  #joined(first: string): string {
    let head = this.#withoutContinuation(first);
    if (head === undefined) return first;
    const parts: string[] = [];
    let emptyLine = 0;
    while (head !== undefined) {
      parts.push(head);
      let line = this.#take();
      while (line !== undefined && isSkippable(line)) {
        if (line.trimStart() === '') emptyLine ||= this.#at;
        line = this.#take();
      }
      if (line === undefined) break;
      head = this.#withoutContinuation(line);
      if (head === undefined) parts.push(line);
    }
    if (emptyLine > 0) this.#sink.finding('NoEmptyContinuation', this.#sink.at(emptyLine));
    return parts.join('');
  }

  /** The line without its trailing escape character; undefined when it does not go on. A doubled one does not count. */
  #withoutContinuation(line: string): string | undefined {
    let end = line.length;
    while (end > 0 && (line[end - 1] === ' ' || line[end - 1] === '\t')) end -= 1;
    if (line[end - 1] !== this.#escape || line[end - 2] === this.#escape) return undefined;
    return line.slice(0, end - 1);
  }

  #node(source: string, comments: readonly string[], startLine: number, column: number): InstructionNode {
    const { word: keyword, rest: args } = cutWord(source);
    const name = keyword.toUpperCase();
    const { flags, rest } = splitFlags(args);
    const heredocs = mayHoldHeredocs(name, rest) ? this.#heredocs(rest, startLine) : [];
    const position = this.#sink.at(startLine, column, this.#at);
    return { name, keyword, flags, rest, source, heredocs, comments, escape: this.#escape, position };
  }

  #heredocs(line: string, startLine: number): readonly Heredoc[] {
    return findHeredocs(line).map((heredoc) => {
      const parts: string[] = [];
      for (;;) {
        const raw = this.#takeRaw();
        if (raw === undefined) {
          const hint = `no line holds just ${JSON.stringify(heredoc.name)}`;
          this.#sink.error(
            'unterminated-heredoc',
            'unterminated heredoc',
            this.#sink.at(startLine, 1, this.#at),
            hint,
          );
          break;
        }
        const body = raw.slice(0, lengthWithoutReturns(raw));
        if ((heredoc.chomp ? body.replace(/^\t+/, '') : body) === heredoc.name) break;
        parts.push(raw, '\n');
      }
      return { ...heredoc, content: parts.join('') };
    });
  }
}

function lengthWithoutReturns(line: string): number {
  let end = line.length;
  while (line[end - 1] === '\r') end -= 1;
  return end;
}

function isSkippable(line: string): boolean {
  const text = line.trimStart();
  return text === '' || text.startsWith('#');
}

/** RUN, COPY, ADD in shell form, and ONBUILD of these. */
function mayHoldHeredocs(name: string, rest: string): boolean {
  if (!rest.includes('<<')) return false;
  if (name !== 'ONBUILD') return heredocInstructions.has(name) && !isExecForm(rest);
  const { word: trigger, rest: args } = cutWord(rest);
  return heredocInstructions.has(trigger.toUpperCase()) && !isExecForm(splitFlags(args).rest);
}

function isExecForm(rest: string): boolean {
  return parseExecForm(rest) !== undefined;
}
