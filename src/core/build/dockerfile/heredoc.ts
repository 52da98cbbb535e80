import { expandShellWord } from './shell-words.ts';

/** A here-document of RUN, COPY or ADD. */
export interface Heredoc {
  /** The delimiter; for COPY and ADD also the file's name. */
  readonly name: string;
  /** `<<-`: tabs that lead a line are dropped. */
  readonly chomp: boolean;
  /** False when any part of the delimiter was quoted. */
  readonly expand: boolean;
  readonly fileDescriptor: number;
  /** The lines with their newlines, as they stand in the file. */
  readonly content: string;
}

const pattern = /^(\d*)<<(-?)([^<]*)$/;

/** What `<<EOF` announces; undefined when the word is no heredoc. */
export function parseHeredocWord(word: string): Heredoc | undefined {
  const match = pattern.exec(word);
  const rest = match?.[3];
  if (match === null || rest === undefined || rest === '') return undefined;
  const plain = expandShellWord(rest, { escape: '\\', lookup: unset, keepUnset: true });
  const raw = expandShellWord(rest, {
    escape: '\\',
    lookup: unset,
    keepUnset: true,
    keepQuotes: true,
    keepEscapes: true,
  });
  if (!plain.ok || !raw.ok || plain.words.length !== 1) return undefined;
  return {
    name: plain.words[0] as string,
    chomp: match[2] === '-',
    expand: plain.words[0] === raw.words[0],
    fileDescriptor: Number(match[1] ?? '0') % 1024,
    content: '',
  };
}

/** The heredocs a line announces, in order. Quoted text announces none. */
export function findHeredocs(line: string): readonly Heredoc[] {
  if (!line.includes('<<')) return [];
  const split = expandShellWord(line, {
    escape: '\\',
    lookup: unset,
    keepUnset: true,
    keepQuotes: true,
    keepEscapes: true,
  });
  if (!split.ok) return [];
  return split.words.map(parseHeredocWord).filter((heredoc) => heredoc !== undefined);
}

/** The content as the step sees it: without leading tabs when the heredoc chomps. */
export function heredocText(heredoc: Heredoc): string {
  return heredoc.chomp ? heredoc.content.replace(/^\t+/gm, '') : heredoc.content;
}

function unset(): undefined {
  return undefined;
}
