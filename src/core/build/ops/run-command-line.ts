import type { ContainerConfig } from '../../../oci/image-config.ts';
import { heredocText, parseHeredocWord } from '../dockerfile/heredoc.ts';
import type { RunInstruction } from '../dockerfile/instruction.ts';
import { commandLine } from './apply-config.ts';

export interface RunCommandLine {
  readonly argv: readonly string[];
  /** A heredoc that names its interpreter: to be found, executable, at `path`. */
  readonly script: { readonly path: string; readonly data: string } | undefined;
}

/** Where scripts of heredocs are seen inside. */
const scriptsDir = '/dev/pipes';

/**
 * What a RUN executes. `RUN <<EOF` alone gives the heredoc's body to the stage's shell, or runs it by the interpreter
 * of its `#!` line; a heredoc after a command is left to the shell, body and all (BuildKit, `dispatchRun`).
 */
export function runCommandLine(instruction: RunInstruction, config: ContainerConfig): RunCommandLine {
  const { command, heredocs } = instruction;
  const [first] = heredocs;
  if (command.form === 'exec' || first === undefined) {
    return { argv: commandLine(command, config), script: undefined };
  }
  const isAlone = parseHeredocWord(command.script) !== undefined;
  if (isAlone && first.content.startsWith('#!')) {
    const path = `${scriptsDir}/${/^[\w.-]+$/.test(first.name) ? first.name : 'script'}`;
    const argv = commandLine({ form: 'shell', script: path }, config);
    return { argv, script: { path, data: heredocText(first) } };
  }
  const script = isAlone
    ? heredocText(first)
    : [command.script, ...heredocs.map(({ content, name }) => `\n${content}${name}`)].join('');
  return { argv: commandLine({ form: 'shell', script }, config), script: undefined };
}
