import type { DiagnosticSink } from '../dockerfile/diagnostic-sink.ts';
import { nearestName } from '../dockerfile/did-you-mean.ts';
import type { StageInstruction } from '../dockerfile/dockerfile.ts';
import { heredocText } from '../dockerfile/heredoc.ts';
import type { ArgInstruction, CopyInstruction } from '../dockerfile/instruction.ts';
import { expandShellWord } from '../dockerfile/shell-words.ts';
import { cleanPath } from '../glob/clean-path.ts';
import { keywordOf } from './lint-file.ts';
import type { StageKnowledge } from './stage-knowledge.ts';

export interface StageLintOptions {
  readonly escape: string;
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly globalArgs: ReadonlyMap<string, string>;
  /** Whether the .dockerignore keeps a path out of the context. */
  readonly isIgnored: (path: string) => boolean;
}

/** A name is one of these, or has it as one of the words `_` separates. */
const secretWords =
  /(?:_|^)(?:apikey|auth|credential|credentials|key|password|pword|passwd|secret|token)(?:_|$)/i;
const publicWords = /(?:_|^)public(?:_|$)/i;

/**
 * Checks of what a stage's instructions say with the values they have there. Returns what is known after the last.
 * Never throws; what cannot be expanded is an error of whoever executes it.
 */
export function lintStage(
  instructions: readonly StageInstruction[],
  before: StageKnowledge,
  options: StageLintOptions,
  sink: DiagnosticSink,
): StageKnowledge {
  const walk = new StageWalk(before, options, sink);
  for (const instruction of instructions) walk.visit(instruction);
  return walk.knowledge();
}

class StageWalk {
  readonly #variables: Map<string, string>;
  readonly #declared: Set<string>;
  readonly #options: StageLintOptions;
  readonly #sink: DiagnosticSink;
  readonly #isUncertain: boolean;
  /** The last of each kind of which only one counts. */
  readonly #last = new Map<string, StageInstruction>();
  /** Variables the instruction at hand was already found to miss. */
  readonly #told = new Set<string>();
  #hasShell: boolean;
  #hasWorkdir: boolean;

  constructor(before: StageKnowledge, options: StageLintOptions, sink: DiagnosticSink) {
    this.#variables = new Map(before.variables);
    this.#declared = new Set(before.declared);
    this.#hasShell = before.hasShell;
    this.#hasWorkdir = before.hasWorkdir;
    this.#isUncertain = before.isUncertain;
    this.#options = options;
    this.#sink = sink;
  }

  knowledge(): StageKnowledge {
    return {
      variables: this.#variables,
      declared: this.#declared,
      hasShell: this.#hasShell,
      hasWorkdir: this.#hasWorkdir,
      isUncertain: this.#isUncertain,
    };
  }

  visit(instruction: StageInstruction): void {
    const { position } = instruction;
    this.#told.clear();
    const expand = (text: string): string => this.#expand(text, instruction).value;
    switch (instruction.kind) {
      case 'arg':
        this.#arg(instruction);
        return;
      case 'env':
      case 'label': {
        if (instruction.isLegacy)
          this.#sink.finding('LegacyKeyValueFormat', position, keywordOf(instruction));
        const pairs = instruction.pairs.map(({ key, value }) => [expand(key), expand(value)] as const);
        if (instruction.kind === 'label') return;
        for (const [key, value] of pairs) {
          this.#checkSecret('ENV', key, instruction);
          this.#variables.set(key, value);
        }
        return;
      }
      case 'cmd':
      case 'entrypoint': {
        this.#onlyOnce(instruction);
        if (instruction.command.form === 'exec' || this.#hasShell) return;
        this.#sink.finding('JSONArgsRecommended', position, keywordOf(instruction));
        return;
      }
      case 'healthcheck':
        this.#onlyOnce(instruction);
        return;
      case 'shell':
        this.#hasShell = true;
        return;
      case 'workdir': {
        const path = expand(instruction.path);
        if (!this.#hasWorkdir && !path.startsWith('/')) {
          this.#sink.finding('WorkdirRelativePath', position, path);
        }
        this.#hasWorkdir = true;
        return;
      }
      case 'expose': {
        const ports = instruction.ports.flatMap((word) => this.#expand(word, instruction).words);
        for (const port of ports) this.#checkPort(port, instruction);
        return;
      }
      case 'copy':
      case 'add':
        this.#copy(instruction, expand);
        return;
      case 'run':
        for (const mount of instruction.mounts) expand(mount);
        return;
      case 'user':
        expand(instruction.user);
        return;
      case 'volume':
        instruction.paths.map(expand);
        return;
      case 'stopsignal':
        expand(instruction.signal);
        return;
      case 'onbuild':
      case 'maintainer':
        return;
    }
  }

  /** One after the other: the second may use the first. */
  #arg(instruction: ArgInstruction): void {
    const { buildArgs, globalArgs } = this.#options;
    for (const { name, value } of instruction.args) {
      this.#checkSecret('ARG', name, instruction);
      const given = Object.hasOwn(buildArgs, name) ? buildArgs[name] : undefined;
      const final =
        given ?? (value === undefined ? globalArgs.get(name) : this.#expand(value, instruction).value);
      if (final === undefined) this.#declared.add(name);
      else this.#variables.set(name, final);
    }
  }

  #copy(instruction: CopyInstruction, expand: (text: string) => string): void {
    const { chown, chmod, checksum, exclude, destination, inline, sources } = instruction;
    for (const text of [chown, chmod, checksum, ...exclude, destination]) {
      if (text !== undefined) expand(text);
    }
    for (const heredoc of inline) {
      if (heredoc.expand) this.#expand(heredocText(heredoc), instruction, true);
    }
    for (const source of sources) {
      const path = expand(source);
      if (instruction.from !== undefined || /^[a-z+]+:\/\/|^git@/i.test(path)) continue;
      const command = instruction.kind === 'copy' ? 'Copy' : 'Add';
      const inContext = cleanPath(`/${path}`).slice(1);
      if (inContext !== '' && this.#options.isIgnored(inContext)) {
        this.#sink.finding('CopyIgnoredFile', instruction.position, command, path);
      }
    }
  }

  #checkPort(port: string, { position }: StageInstruction): void {
    const protocol = port.split('/', 2)[1] ?? '';
    if (port.includes(':')) this.#sink.finding('ExposeInvalidFormat', position, port);
    if (protocol !== protocol.toLowerCase()) this.#sink.finding('ExposeProtoCasing', position, port);
  }

  #checkSecret(instruction: 'ARG' | 'ENV', name: string, { position }: StageInstruction): void {
    if (!secretWords.test(name) || publicWords.test(name)) return;
    this.#sink.finding('SecretsUsedInArgOrEnv', position, instruction, name);
  }

  /** The earlier one is what will not be used. */
  #onlyOnce(instruction: StageInstruction): void {
    const earlier = this.#last.get(instruction.kind);
    if (earlier !== undefined) {
      this.#sink.finding('MultipleInstructionsDisallowed', earlier.position, keywordOf(instruction));
    }
    this.#last.set(instruction.kind, instruction);
  }

  #expand(
    text: string,
    { position }: StageInstruction,
    plainQuotes = false,
  ): { readonly value: string; readonly words: readonly string[] } {
    if (!/[$'"\\`\s]/.test(text)) return { value: text, words: [text] };
    const unset = new Set<string>();
    const result = expandShellWord(text, {
      escape: this.#options.escape,
      lookup: (name) => this.#variables.get(name),
      onUnset: (name) => unset.add(name),
      plainQuotes,
    });
    for (const name of unset) {
      if (!/^[\p{L}_]/u.test(name) || this.#declared.has(name) || this.#told.has(name)) continue;
      this.#told.add(name);
      const nearest = this.#sink.isFull ? '' : nearestName(name, this.#variables.keys());
      // What an unknown base image may set is only doubted where it looks like a slip of the pen.
      if (this.#isUncertain && nearest === '') continue;
      this.#sink.finding('UndefinedVar', position, name, nearest);
    }
    return result.ok ? result : { value: text, words: [text] };
  }
}
