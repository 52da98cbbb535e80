import { stripControl } from '../../base/strip-control.ts';
import { fit } from '../paint/fit.ts';
import { textWidth } from '../paint/grapheme.ts';
import { wrapWords } from '../paint/wrap-words.ts';

/** A part of a page: facts under a heading. Facts without a value, and sections without a fact, are left out. */
export interface PageSection {
  readonly heading: string;
  readonly facts: readonly Fact[];
}

/** What is said of one thing: a label, and a line a value. */
export type Fact = readonly [label: string, value: string | number | readonly string[] | undefined];

/** Labels beyond this stand in a line of their own. */
const mostLabel = 18;
const indent = 2;
const gap = 2;

/**
 * Sections as lines of at most `width` cells, safe to show: labels in one column, values folded beside them. The
 * headings are bold.
 */
export function pageLines(sections: readonly PageSection[], width: number): readonly string[] {
  const full = sections.flatMap(({ heading, facts }) => {
    const rows = facts.map(([label, value]) => [stripControl(label), valueLines(value)] as const);
    const said = rows.filter(([, lines]) => lines.length > 0);
    return said.length === 0 ? [] : [{ heading, rows: said }];
  });
  const labels = full.flatMap(({ rows }) => rows.map(([label]) => textWidth(label)));
  const column = Math.max(0, ...labels.filter((length) => length <= mostLabel)) + gap;
  const room = Math.max(10, width - indent - column);
  return full.flatMap(({ heading, rows }, index) => [
    ...(index === 0 ? [] : ['']),
    `\u001b[1m${heading}\u001b[m`,
    ...rows.flatMap(([label, lines]) => besideLabel(label, lines, column, room)),
  ]);
}

function besideLabel(
  label: string,
  lines: readonly string[],
  column: number,
  room: number,
): readonly string[] {
  const folded = lines.flatMap((line) => wrapWords(line, room));
  const own = textWidth(label) > column - gap ? [`${' '.repeat(indent)}${label}`] : [];
  return [
    ...own,
    ...folded.map((line, index) => {
      const shown = index === 0 && own.length === 0 ? label : '';
      return `${' '.repeat(indent)}${fit(shown, column)}${line}`;
    }),
  ];
}

function valueLines(value: Fact[1]): readonly string[] {
  if (value === undefined || value === '') return [];
  const values = typeof value === 'object' ? value : [String(value)];
  return values.flatMap((text) => stripControl(text).split('\n'));
}
