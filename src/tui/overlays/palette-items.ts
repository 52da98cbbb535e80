import type { Command } from '../../app/commands/define-command.ts';

/** Commands that a query names, the closest first: words in any order, each somewhere in verbs, ID or summary. */
export function paletteItems(commands: readonly Command[], query: string): readonly Command[] {
  const words = query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  return commands
    .filter((command) => words.every((word) => textOf(command).includes(word)))
    .map((command) => ({ command, rank: rank(command, query.trim().toLowerCase()) }))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ command }) => command);
}

function textOf({ id, verbs, summary }: Command): string {
  return `${id} ${verbs.join(' ')} ${summary}`.toLowerCase();
}

function rank({ verbs }: Command, query: string): number {
  if (query === '') return 0;
  if (verbs.includes(query)) return 0;
  if (verbs.some((verb) => verb.startsWith(query))) return 1;
  return verbs.some((verb) => verb.includes(query)) ? 2 : 3;
}
