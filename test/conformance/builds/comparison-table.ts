import type { Compared } from './compare-builds.ts';

const verdicts = ['same', 'refused', 'justified', 'alone', 'different'] as const;

/** How many cases of each row came to what, and below it what differs and why. */
export function comparisonTable(compared: readonly Compared[]): readonly string[] {
  const rows = Map.groupBy(compared, ({ one }) => one.row);
  const line = (title: string, cells: readonly (string | number)[]): string =>
    `${title.padEnd(26)}${cells.map((cell) => String(cell).padStart(11)).join('')}`;
  const count = (some: readonly Compared[]): readonly number[] =>
    verdicts.map((verdict) => some.filter((one) => one.verdict === verdict).length);
  return [
    line('', ['cases', ...verdicts]),
    ...[...rows].map(([row, some]) => line(row, [some.length, ...count(some)])),
    line('all', [compared.length, ...count(compared)]),
    ...compared.flatMap(({ one, verdict, lines }) => {
      if (verdict === 'same' || verdict === 'refused') return [];
      const why = one.differs?.why ?? one.alone?.why ?? '';
      const text = one.dockerfile.trim().split('\n').join('\n    ');
      const shown =
        verdict === 'alone' ? [] : lines.slice(0, 20).map((fact) => `  ${JSON.stringify(fact).slice(1, -1)}`);
      return ['', `${verdict}: ${one.row}${why === '' ? '' : ` (${why})`}`, `    ${text}`, ...shown];
    }),
  ];
}
