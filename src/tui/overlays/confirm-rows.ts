import type { Question } from '../../app/commands/define-command.ts';
import { stripControl } from '../../base/strip-control.ts';
import { textWidth } from '../paint/grapheme.ts';
import { wrapWords } from '../paint/wrap-words.ts';

/** Columns of a question that says little, and of one that says much where there is room. */
const columnsWanted = { least: 72, most: 110 } as const;
/** Frame and margins. */
const edges = 4;

/** A question as rows of text, none of them cut. */
export interface ConfirmRows {
  /** Of the whole overlay. */
  readonly columns: number;
  readonly text: readonly string[];
  readonly items: readonly string[];
  readonly prompt: readonly string[];
}

/** Lays a question out on a screen of so many columns: as wide as its longest line wants, then wrapped. */
export function confirmRows({ text, items, prompt }: Question, screenColumns: number): ConfirmRows {
  const words = {
    text: stripControl(text.replace(/^WARNING! /, '')),
    items: items.map((item) => `• ${stripControl(item)}`),
    prompt,
  };
  const longest = Math.max(...[words.text, ...words.items, prompt].map(textWidth)) + edges;
  const wished = Math.min(columnsWanted.most, Math.max(columnsWanted.least, longest));
  const columns = Math.min(wished, screenColumns - 2);
  const width = Math.max(1, columns - edges);
  return {
    columns,
    text: wrapWords(words.text, width),
    items: words.items.flatMap((item) => wrapped(item, width)),
    prompt: wrapWords(prompt, width),
  };
}

/** What fits stays as it is, double blanks too; further lines of an item stand below its first word. */
function wrapped(item: string, width: number): readonly string[] {
  if (textWidth(item) <= width) return [item];
  const [first = '', ...more] = wrapWords(item.slice(2), Math.max(1, width - 2));
  return [`• ${first}`, ...more.map((line) => `  ${line}`)];
}
