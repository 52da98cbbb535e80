import type { SourcePosition } from '../../../engine/builds.ts';
import { safeLine } from './safe-text.ts';

const around = 2;
/** Of an instruction longer than this its middle is left out. */
const mostLines = 40;
/** What stands before a source line: number and mark. */
const gutterCells = 11;

/**
 * The lines of a Dockerfile something is about, with two before and after, as BuildKit shows them. Long lines are cut
 * to `columns`; the one with the position is shown around it.
 */
export function excerptLines(
  text: string,
  { file, line, column = 1, endLine }: Omit<SourcePosition, 'column'> & { readonly column?: number },
  columns = 120,
): readonly string[] {
  const lines = text.replace(/\r?\n$/, '').split('\n');
  const first = Math.max(1, line - around);
  const last = Math.min(lines.length, endLine + around);
  const cells = Math.max(20, columns - gutterCells);
  const shown: string[] = [];
  for (let number = first; number <= last; number++) {
    const isLeftOut = last - first >= mostLines && number - first === mostLines / 2;
    if (isLeftOut) {
      number = last - mostLines / 2 + 1;
      shown.push(`     |     … ${number - first - mostLines / 2} more lines`);
    }
    const mark = number >= line && number <= endLine ? '>>>' : '   ';
    const source = (lines[number - 1] ?? '').replace(/\r$/, '');
    const cut = cutAround(source, number === line ? column - 1 : 0, cells);
    shown.push(`${String(number).padStart(4)} | ${mark} ${cut}`.trimEnd());
  }
  const rule = '-'.repeat(20);
  return [`${safeLine(file)}:${line}`, rule, ...shown, rule];
}

/** Never reads more of a line than may be shown: it may have megabytes. */
function cutAround(source: string, at: number, cells: number): string {
  const from = at < cells ? 0 : at - (cells >> 1);
  const clean = safeLine(source.slice(from, from + cells * 2));
  let used = from > 0 ? 1 : 0;
  let text = from > 0 ? '…' : '';
  let isCut = false;
  for (const character of clean) {
    // From here on scripts begin whose characters take two cells; a little too short does no harm.
    const width = (character.codePointAt(0) ?? 0) < 0x1100 ? 1 : 2;
    isCut = used + width > cells - 1;
    if (isCut) break;
    used += width;
    text += character;
  }
  return isCut || source.length > from + cells * 2 ? `${text}…` : text;
}
