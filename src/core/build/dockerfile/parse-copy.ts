import { plainWords } from './blank.ts';
import type { DiagnosticSink } from './diagnostic-sink.ts';
import { notStringsMessage, parseExecForm } from './exec-form.ts';
import { type Heredoc, parseHeredocWord } from './heredoc.ts';
import type { CopyInstruction } from './instruction.ts';
import type { InstructionNode } from './instruction-node.ts';
import { type FlagValues, readFlags } from './read-flags.ts';

const copyFlags = {
  from: 'text',
  chown: 'text',
  chmod: 'text',
  link: 'boolean',
  parents: 'boolean',
  exclude: 'texts',
} as const;
const addFlags = {
  chown: 'text',
  chmod: 'text',
  link: 'boolean',
  'keep-git-dir': 'boolean',
  checksum: 'text',
  exclude: 'texts',
  unpack: 'boolean',
} as const;

const noHeredocs: readonly Heredoc[] = [];

/** COPY and ADD: `[flags] SOURCE… DESTINATION`, or the same as a JSON array; a source may be a heredoc. */
export function parseCopy(node: InstructionNode, sink: DiagnosticSink): CopyInstruction | undefined {
  const flags = readFlags(node, node.name === 'COPY' ? copyFlags : addFlags, sink);
  const words = readWords(node, sink);
  if (words === undefined) return undefined;
  const destination = words.at(-1);
  if (words.length < 2 || destination === undefined) {
    const message = `${node.name} requires at least two arguments, but only one was provided. Destination could not be determined.`;
    sink.error('missing-destination', message, node.position, `${node.name} source destination`);
    return undefined;
  }
  if (node.heredocs.length > 0 && parseHeredocWord(destination) !== undefined) {
    sink.error('heredoc-destination', `${node.name} cannot accept a heredoc as a destination`, node.position);
    return undefined;
  }
  const from = flags.text('from');
  if (from !== undefined && /\$./.test(from)) {
    const message = "'from' doesn't support variable expansion, define alias stage instead";
    sink.error('variable-in-from', message, node.position, 'FROM $image AS name, then --from=name');
    return undefined;
  }
  return assemble(node, flags, words.slice(0, -1), destination);
}

function readWords(node: InstructionNode, sink: DiagnosticSink): readonly string[] | undefined {
  const form = parseExecForm(node.rest);
  if (form?.ok === true) return form.argv;
  if (form === undefined) return plainWords(node.rest);
  sink.error('not-strings', notStringsMessage, node.position);
  return undefined;
}

function assemble(
  node: InstructionNode,
  flags: FlagValues,
  words: readonly string[],
  destination: string,
): CopyInstruction {
  const { sources, inline } =
    node.heredocs.length === 0 ? { sources: words, inline: noHeredocs } : splitSources(node, words);
  return {
    kind: node.name === 'COPY' ? 'copy' : 'add',
    sources,
    inline,
    destination,
    from: flags.text('from'),
    chown: flags.text('chown'),
    chmod: flags.text('chmod'),
    link: flags.boolean('link') ?? false,
    parents: flags.boolean('parents') ?? false,
    exclude: flags.texts('exclude'),
    checksum: flags.text('checksum'),
    keepGitDir: flags.boolean('keep-git-dir') ?? false,
    unpack: flags.boolean('unpack'),
    position: node.position,
    source: node.source,
  };
}

/** Paths, and files whose content follows. Of two with one name the later counts. */
function splitSources(
  { heredocs }: InstructionNode,
  words: readonly string[],
): Pick<CopyInstruction, 'sources' | 'inline'> {
  const byName = new Map(heredocs.map((heredoc) => [heredoc.name, heredoc]));
  const inline: Heredoc[] = [];
  const sources: string[] = [];
  for (const word of words) {
    const announced = parseHeredocWord(word);
    const heredoc = announced && byName.get(announced.name);
    if (heredoc === undefined) sources.push(word);
    else inline.push(heredoc);
  }
  return { sources, inline };
}
