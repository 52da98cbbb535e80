import type { Ask, CommandContext } from '../app/commands/command-context.ts';
import type { AnyInput, Command } from '../app/commands/define-command.ts';
import { failureExitCode } from '../app/commands/failure-exit-code.ts';
import type { FoundCommand } from '../app/commands/parse/find-command.ts';
import { findCommand } from '../app/commands/parse/find-command.ts';
import { parseInput } from '../app/commands/parse/parse-input.ts';
import { GantryError } from '../base/gantry-error.ts';
import { untilAborted } from '../base/until-aborted.ts';
import type { CliHost } from './cli-host.ts';
import { printError } from './print-error.ts';
import { showOutcome } from './show/show-outcome.ts';

/**
 * Runs the command that the words name and shows what it answers. Resolves with the exit status; everything that goes
 * wrong has been said on stderr by then.
 */
export async function runCli(host: CliHost, words: readonly string[]): Promise<number> {
  let called = '';
  let command: Command | undefined;
  try {
    if (words[0] === 'help' || words.length === 0) return await showHelp(host, words.slice(1));
    const found = await find(host, words);
    if (found.kind === 'group') return await showHelp(host, [found.name]);
    called = found.called;
    command = await found.entry.load();
    const parsed = parseInput(command, found.words, called);
    if (parsed.help) return await showHelp(host, called.split(' '));
    return await runCommand(host, command, parsed.input);
  } catch (thrown) {
    const error = GantryError.from(thrown);
    printError(host, error);
    await printUsage(host, error, command, called);
    return failureStatus(host, error, command);
  }
}

/** Plugins are looked for only when the line is not one of our own commands. */
async function find(host: CliHost, words: readonly string[]): Promise<FoundCommand> {
  try {
    const found = findCommand(words, host.commands);
    if (found.kind === 'command') return found;
  } catch (error) {
    if (!(error instanceof GantryError) || error.code !== 'unknown-command') throw error;
  }
  return findCommand(words, [...host.commands, ...(await host.pluginCommands())]);
}

async function runCommand(host: CliHost, command: Command, input: AnyInput): Promise<number> {
  await using engine = await host.openEngine();
  for (const need of command.needs ?? []) {
    const reason = engine.capabilities[need];
    if (reason !== undefined)
      throw new GantryError({ kind: 'unsupported', code: 'capability', message: reason });
  }
  const ctx: CommandContext = {
    engine,
    signal: host.interrupts.signal,
    cwd: host.cwd,
    env: host.env,
    io: {
      stdin: { [Symbol.asyncIterator]: () => untilAborted(host.stdin.chunks(), host.interrupts.signal) },
      stdinIsTerminal: host.stdin.isTerminal,
      stdoutIsTerminal: host.stdout.isTerminal,
      get size() {
        const screen = host.stdout.isTerminal ? host.stdout : host.stderr;
        return screen.isTerminal ? { columns: screen.columns(), rows: screen.rows() } : undefined;
      },
      ask: host.stdin.isTerminal ? lazyAsk(host) : undefined,
    },
    now: Date.now,
    plugins: () => host.plugins(),
  };
  if (command.danger?.asks === 'always') {
    const question = await command.danger.question(ctx, input);
    if (question !== undefined) {
      const { confirm } = await import('./confirm.ts');
      if (!(await confirm(host, question))) return 0;
    }
  }
  // Awaited here: the engine must stay open until all is shown.
  const status = await showOutcome(host, await command.run(ctx, input));
  // A stream that the user broke off ends in peace; the status tells all the same.
  return host.interrupts.exitCode() ?? status;
}

/** One for all questions of a command: it keeps what was typed ahead. */
function lazyAsk(host: CliHost): Ask {
  let ask: Promise<Ask> | undefined;
  return async (text, how) => {
    ask ??= import('./ask.ts').then(({ terminalAsk }) => terminalAsk(host));
    return (await ask)(text, how);
  };
}

async function showHelp(host: CliHost, words: readonly string[]): Promise<number> {
  const { helpText } = await import('./help/help-text.ts');
  const width = host.stdout.isTerminal ? host.stdout.columns() : 80;
  host.stdout.text(await helpText(words, [...host.commands, ...(await host.pluginCommands())], width));
  return 0;
}

/** Errors of the words themselves are followed by how they should be; those of `run` by where to read about it. */
async function printUsage(
  host: CliHost,
  error: GantryError,
  command: Command | undefined,
  called: string,
): Promise<void> {
  const ofRun = command?.failureExitCode !== undefined && error.kind !== 'cancelled';
  if ((error.kind !== 'usage' && !ofRun) || error.code === 'not-a-terminal') return;
  const lines: string[] = [''];
  if (command !== undefined && error.kind === 'usage') {
    const { usageLine } = await import('./help/usage-line.ts');
    lines.push(usageLine(command, called), '');
  }
  const topic = command === undefined ? error.details['group'] : called;
  lines.push(`Run '${topic === undefined ? 'gantry' : `gantry ${topic}`} --help' for more information`);
  host.stderr.text(`${lines.join('\n')}\n`);
}

function failureStatus(host: CliHost, error: GantryError, command: Command | undefined): number {
  const interrupted = host.interrupts.exitCode();
  if (error.kind === 'cancelled' && interrupted !== undefined) return interrupted;
  return failureExitCode(error, command?.failureExitCode);
}
