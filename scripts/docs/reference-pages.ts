import type { Command } from '../../src/app/commands/define-command.ts';
import type { KeyPlace } from '../../src/app/commands/subject.ts';
import { groups } from '../../src/cli/help/groups.ts';
import { globalOptionLines } from '../../src/cli/help/help-text.ts';
import { describeOptions, type OptionLine } from '../../src/cli/help/option-lines.ts';
import { usageLine } from '../../src/cli/help/usage-line.ts';

const notice = '<!-- Made from the declarations of the commands by `node scripts/docs.ts`. -->';

/** The reference as file name → Markdown: an index, a page for every noun, and the keys. */
export function referencePages(commands: readonly Command[]): ReadonlyMap<string, string> {
  const pages = new Map<string, string>();
  const byNoun = Map.groupBy(commands, ({ id }) => id.slice(0, id.indexOf('.')));
  pages.set('README.md', indexPage(byNoun));
  for (const [noun, list] of byNoun) pages.set(`${noun}.md`, nounPage(noun, list));
  pages.set('keys.md', keysPage(commands));
  return pages;
}

function indexPage(byNoun: ReadonlyMap<string, readonly Command[]>): string {
  const lines = [
    notice,
    '# Commands',
    '',
    '`gantry [OPTIONS] COMMAND`; without a command it opens the screen.',
    '',
  ];
  lines.push(...optionTable(globalOptionLines), '');
  for (const [noun, list] of byNoun) {
    lines.push(`## ${groups[noun] ?? noun}`, '', '| Command | |', '| --- | --- |');
    for (const command of list) {
      lines.push(`| [\`gantry ${command.verbs[0]}\`](${noun}.md#${anchor(command)}) | ${command.summary} |`);
    }
    lines.push('');
  }
  return lines.join('\n');
}

function nounPage(noun: string, commands: readonly Command[]): string {
  return [notice, `# ${groups[noun] ?? noun}`, '', ...commands.flatMap(commandSection)].join('\n');
}

function commandSection(command: Command): readonly string[] {
  const lines = [`## gantry ${command.verbs[0]}`, '', `${command.summary}.`, ''];
  if (command.description !== undefined) lines.push(command.description, '');
  lines.push('```', usageLine(command).replace(/^Usage: +/, ''), '```', '');
  const others = command.verbs.slice(1).map((verb) => `\`gantry ${verb}\``);
  if (others.length > 0) lines.push(`Also: ${others.join(', ')}.`, '');
  if (command.keys !== undefined) {
    const keys = command.keys.map(({ key, places }) => `\`${key}\` ${place(places)}`);
    lines.push(`On the screen: ${keys.join('; ')}.`, '');
  }
  for (const { line, meaning } of command.examples ?? []) lines.push(`- \`${line}\`: ${meaning}`);
  if (command.examples !== undefined) lines.push('');
  const options = describeOptions(command.options);
  if (options.length > 0) lines.push(...optionTable(options), '');
  const refused = Object.entries(command.refused ?? {}).filter(([name]) => name.length > 1);
  if (refused.length > 0) {
    lines.push('Not taken, of the options Docker has:', '');
    for (const [name, reason] of refused) lines.push(`- \`--${name}\`: ${reason}`);
    lines.push('');
  }
  return lines;
}

function optionTable(options: readonly OptionLine[]): readonly string[] {
  const rows = options.map(({ head, help }) => `| \`${head.trim()}\` | ${cell(help)} |`);
  return ['| Option | |', '| --- | --- |', ...rows];
}

function keysPage(commands: readonly Command[]): string {
  const places: readonly KeyPlace[] = [
    'images',
    'containers',
    'layers',
    'logs',
    'volumes',
    'networks',
    'everywhere',
  ];
  const lines = [notice, '# Keys of commands', ''];
  for (const place of places) {
    const bound = commands.flatMap((command) =>
      (command.keys ?? []).flatMap(({ key, places: at }) => (at.includes(place) ? [{ key, command }] : [])),
    );
    if (bound.length === 0) continue;
    lines.push(
      `## ${place[0]?.toUpperCase()}${place.slice(1)}`,
      '',
      '| Key | Command | |',
      '| --- | --- | --- |',
    );
    for (const { key, command } of bound.toSorted((a, b) => a.key.localeCompare(b.key))) {
      lines.push(`| \`${key}\` | \`${command.verbs[0]}\` | ${command.summary} |`);
    }
    lines.push('');
  }
  return lines.join('\n');
}

function place(places: readonly KeyPlace[]): string {
  return places.includes('everywhere') ? 'everywhere' : `in ${places.join(', ')}`;
}

function anchor({ verbs }: Command): string {
  return `gantry-${verbs[0].replaceAll(' ', '-')}`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}
