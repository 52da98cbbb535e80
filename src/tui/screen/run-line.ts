import type { CommandEntry } from '../../app/commands/command-index.ts';
import type { AnyInput, Command } from '../../app/commands/define-command.ts';
import { findCommand } from '../../app/commands/parse/find-command.ts';
import { parseInput } from '../../app/commands/parse/parse-input.ts';
import { splitLine } from '../../app/commands/parse/split-line.ts';
import { jobLine } from '../../app/jobs/job-line.ts';
import { GantryError } from '../../base/gantry-error.ts';
import { isViewCommand } from '../commands/view-command.ts';
import { intercepted } from './intercept.ts';
import { closeOverlay, openOverlay } from './overlays.ts';
import { say, sayError } from './say.ts';
import type { Screen } from './screen.ts';
import { showOutcome } from './show-outcome.ts';

/** A line typed at `:`; a leading `gantry` is fine. Never throws: what is wrong is said in the status line. */
export async function runLine(screen: Screen, line: string): Promise<void> {
  try {
    const words = splitLine(line);
    refuseShellSigns(line);
    await runWords(screen, words[0] === 'gantry' ? words.slice(1) : words, 'line');
  } catch (error) {
    sayError(screen, GantryError.from(error));
  }
}

/** What a shell would do by an unquoted sign nobody does here; as an argument it would be refused in riddles. */
function refuseShellSigns(line: string): void {
  const unquoted = line.replace(/\\.|'[^']*'|"(?:\\.|[^"\\])*"/gs, '_');
  const sign = /(?:^|\s)(\|\|?|&&|;|>>?|<)(?:\s|$)/.exec(unquoted)?.[1];
  if (sign === undefined) return;
  throw new GantryError({
    kind: 'usage',
    code: 'no-shell-here',
    message: `${sign} does not work on this line: it runs one command, and no shell`,
    hint: 'Write what a pipe would bring into a file and name that, or use a shell; quoted, it is an argument.',
  });
}

/**
 * The words of one command, from a key, a form or a typed line. Asks before what destroys: typed lines are explicit
 * enough for most. Resolves once the command has ended or was handed to the user; rejects with what is wrong.
 */
export async function runWords(
  screen: Screen,
  words: readonly string[],
  from: 'key' | 'form' | 'line',
): Promise<void> {
  const call = parseCall(screen, words);
  if (call === undefined) return;
  const { command, input } = call;
  const { danger } = command;
  if (danger === undefined || (danger.asks === 'screen' && from === 'line')) {
    await execute(screen, command, input, words, from);
    return;
  }
  const question = await danger.question(screen.runner.context(new AbortController().signal), input);
  if (question === undefined) {
    await execute(screen, command, input, words, from);
    return;
  }
  if (danger.asks === 'always' && question.items.length === 0) {
    say(screen, 'info', `${command.verbs[0]}: nothing to remove`);
    return;
  }
  openOverlay(screen, {
    kind: 'confirm',
    question,
    top: 0,
    accept() {
      closeOverlay(screen);
      execute(screen, command, input, words, 'key').catch((error: unknown) =>
        sayError(screen, GantryError.from(error)),
      );
    },
  });
}

/** What words call; undefined when they only asked for help, which is then shown. Throws `usage`. */
export function parseCall(
  screen: Screen,
  words: readonly string[],
): { readonly command: Command; readonly input: AnyInput } | undefined {
  const found = findCommand(words, commandEntries(screen.commands));
  const command =
    found.kind === 'command' ? screen.commands.find(({ id }) => id === found.entry.id) : undefined;
  const parsed =
    command === undefined || found.kind === 'group'
      ? undefined
      : parseInput(command, found.words, found.called);
  if (command === undefined || parsed === undefined || parsed.help) {
    openOverlay(screen, { kind: 'help', top: 0 });
    return undefined;
  }
  return { command, input: parsed.input };
}

async function execute(
  screen: Screen,
  command: Command,
  input: AnyInput,
  words: readonly string[],
  from: 'key' | 'form' | 'line',
): Promise<void> {
  if (isViewCommand(command)) {
    await command.run(screen.runner.context(new AbortController().signal), input);
    return;
  }
  if (intercepted(screen, command, input, words)) return;
  const line = jobLine(words);
  const { id, ended } = screen.runner.start(command, input, line);
  const outcome = await ended;
  const [failure] = outcome.errors ?? [];
  // A form says itself what went wrong.
  if (from === 'form' && failure !== undefined) throw failure;
  const job = screen.jobs.state.jobs.find((known) => known.id === id);
  await showOutcome(screen, { command, line, watched: job?.progress !== undefined }, outcome);
}

function commandEntries(commands: readonly Command[]): readonly CommandEntry[] {
  return commands.map((command) => ({
    id: command.id,
    verbs: command.verbs,
    summary: command.summary,
    group: 'plain',
    load: async () => command,
  }));
}
