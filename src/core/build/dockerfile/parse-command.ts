import type { DiagnosticSink } from './diagnostic-sink.ts';
import { notStringsMessage, parseExecForm } from './exec-form.ts';
import type { CommandForm, CommandInstruction, RunInstruction, ShellInstruction } from './instruction.ts';
import type { InstructionNode } from './instruction-node.ts';
import { parseRunMount } from './parse-run-mount.ts';
import { readFlags } from './read-flags.ts';

const runFlags = { mount: 'texts', network: 'text', security: 'text', device: 'texts' } as const;
const networks: ReadonlySet<string> = new Set(['default', 'none', 'host']);
const securities: ReadonlySet<string> = new Set(['sandbox', 'insecure']);

/** CMD and ENTRYPOINT. */
export function parseCommand(node: InstructionNode, sink: DiagnosticSink): CommandInstruction | undefined {
  readFlags(node, {}, sink);
  const command = parseForm(node, sink);
  if (command === undefined) return undefined;
  const kind = node.name === 'CMD' ? 'cmd' : 'entrypoint';
  return { kind, command, position: node.position, source: node.source };
}

export function parseRun(node: InstructionNode, sink: DiagnosticSink): RunInstruction | undefined {
  const flags = readFlags(node, runFlags, sink);
  const command = parseForm(node, sink);
  if (command === undefined) return undefined;
  if (node.rest === '' || (command.form === 'exec' && command.argv.length === 0)) {
    sink.error('missing-argument', 'RUN requires at least one argument', node.position);
    return undefined;
  }
  const mounts = flags.texts('mount');
  for (const mount of mounts.filter((text) => !text.includes('$'))) {
    const parsed = parseRunMount(mount);
    if (!parsed.ok) sink.error('bad-mount', parsed.message, node.position, parsed.hint);
  }
  const network = checked(node, sink, 'network', flags.text('network'), networks);
  const security = checked(node, sink, 'security', flags.text('security'), securities);
  return {
    kind: 'run',
    command,
    heredocs: node.heredocs,
    mounts,
    network,
    security,
    devices: flags.texts('device'),
    position: node.position,
    source: node.source,
  };
}

export function parseShell(node: InstructionNode, sink: DiagnosticSink): ShellInstruction | undefined {
  readFlags(node, {}, sink);
  const form = parseExecForm(node.rest);
  if (node.rest === '' || (form?.ok === true && form.argv.length === 0)) {
    sink.error('missing-argument', 'SHELL requires at least one argument', node.position);
    return undefined;
  }
  if (form?.ok !== true) {
    const hint = 'SHELL ["/bin/bash", "-c"]';
    sink.error('not-json', 'SHELL requires the arguments to be in JSON form', node.position, hint);
    return undefined;
  }
  return { kind: 'shell', shell: form.argv, position: node.position, source: node.source };
}

function parseForm(node: InstructionNode, sink: DiagnosticSink): CommandForm | undefined {
  const form = parseExecForm(node.rest);
  if (form === undefined) return { form: 'shell', script: node.rest };
  if (form.ok) return { form: 'exec', argv: form.argv };
  sink.error('not-strings', notStringsMessage, node.position);
  return undefined;
}

function checked(
  node: InstructionNode,
  sink: DiagnosticSink,
  flag: string,
  value: string | undefined,
  allowed: ReadonlySet<string>,
): string | undefined {
  if (value === undefined || allowed.has(value)) return value;
  const message = `invalid ${flag} value ${JSON.stringify(value)} for RUN --${flag}`;
  sink.error('bad-flag-value', message, node.position, `one of ${[...allowed].join(', ')}`);
  return undefined;
}
