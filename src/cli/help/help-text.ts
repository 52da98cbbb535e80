import type { CommandEntry } from '../../app/commands/command-index.ts';
import type { Command } from '../../app/commands/define-command.ts';
import { findCommand } from '../../app/commands/parse/find-command.ts';
import { groups } from './groups.ts';
import { describeOptions, optionLines } from './option-lines.ts';
import { usageLine } from './usage-line.ts';
import { wrapText } from './wrap-text.ts';

/** Options before the command, for help. */
export const globalOptionLines = [
  { head: '-D, --debug', help: 'Show where an error came from' },
  { head: '-h, --help', help: 'Show help' },
  { head: '    --insecure-registry list', help: 'HOST[:PORT] or CIDR block that may do without TLS' },
  { head: '    --root string', help: 'Folder below which the engine keeps everything' },
  { head: '-v, --version', help: 'Show the version' },
  { head: '-y, --yes', help: 'Answer every question with yes' },
];

/**
 * Help for a command, a noun, or all of gantry without words. Throws `usage` / `unknown-command`. It ends with a
 * newline.
 */
export async function helpText(
  words: readonly string[],
  index: readonly CommandEntry[],
  width: number,
): Promise<string> {
  if (words.length === 0) return topHelp(index, width);
  const found = findCommand(words, index);
  if (found.kind === 'group') return groupHelp(found.name, index);
  return commandHelp(await found.entry.load(), found.called, width);
}

function topHelp(index: readonly CommandEntry[], width: number): string {
  const one = (entry: CommandEntry) => ({ name: entry.verbs[0], summary: entry.summary });
  const named = (group: CommandEntry['group']) => index.filter((entry) => entry.group === group).map(one);
  const common = ['run', 'exec', 'ps', 'build', 'pull', 'push', 'images', 'version', 'info'];
  const byPlace = named('common').toSorted((a, b) => common.indexOf(a.name) - common.indexOf(b.name));
  const nouns = new Map(Object.entries(groups));
  for (const { verbs } of index) {
    for (const verb of verbs) {
      const [noun = '', rest] = verb.split(' ', 2);
      if (rest !== undefined && !nouns.has(noun)) nouns.set(noun, `Commands of ${noun}`);
    }
  }
  const management = [...nouns].map(([name, summary]) => ({ name, summary }));
  const plain = [...named('plain'), { name: 'help', summary: 'Show help for a command' }];
  return [
    'Usage:  gantry [OPTIONS] COMMAND',
    '',
    'A container engine driven from your terminal. Without a command it opens the screen.',
    '',
    'Common Commands:',
    ...columns(byPlace),
    '',
    'Management Commands:',
    ...columns(management.toSorted(byName)),
    '',
    'Commands:',
    ...columns(plain.toSorted(byName)),
    '',
    'Global Options:',
    ...optionLines(globalOptionLines, width),
    '',
    "Run 'gantry COMMAND --help' for more information on a command.",
    '',
  ].join('\n');
}

function groupHelp(noun: string, index: readonly CommandEntry[]): string {
  const verbs = index.flatMap((entry) => {
    const verb = entry.verbs.find((known) => known.startsWith(`${noun} `));
    return verb === undefined ? [] : [{ name: verb.slice(noun.length + 1), summary: entry.summary }];
  });
  return [
    `Usage:  gantry ${noun} COMMAND`,
    '',
    Object.hasOwn(groups, noun) ? groups[noun]! : `Commands of ${noun}`,
    '',
    'Commands:',
    ...columns(verbs.toSorted(byName)),
    '',
    `Run 'gantry ${noun} COMMAND --help' for more information on a command.`,
    '',
  ].join('\n');
}

function commandHelp(command: Command, called: string, width: number): string {
  const lines = [usageLine(command, called), '', command.summary, ''];
  if (command.description !== undefined) lines.push(...wrapText(command.description, width), '');
  if (command.verbs.length > 1) {
    lines.push(
      'Aliases:',
      `  ${command.verbs
        .map((verb) => `gantry ${verb}`)
        .toSorted()
        .join(', ')}`,
      '',
    );
  }
  if (command.examples !== undefined) {
    lines.push(
      'Examples:',
      ...command.examples.flatMap(({ line, meaning }) => [`  ${line}`, `      ${meaning}`]),
      '',
    );
  }
  const options = describeOptions(command.options);
  if (options.length > 0) lines.push('Options:', ...optionLines(options, width), '');
  return lines.join('\n');
}

interface Named {
  readonly name: string;
  readonly summary: string;
}

function columns(items: readonly Named[]): readonly string[] {
  const width = Math.max(10, ...items.map(({ name }) => name.length)) + 2;
  return items.map(({ name, summary }) => `  ${name.padEnd(width)}${summary}`);
}

function byName(a: Named, b: Named): number {
  return a.name.localeCompare(b.name);
}
