import type { SourcePosition } from '../../../engine/builds.ts';
import { safeLine } from './safe-text.ts';

const around = 2;

/** The lines of a Dockerfile something is about, with two before and after, as BuildKit shows them. */
export function excerptLines(
  text: string,
  { file, line, endLine }: Pick<SourcePosition, 'file' | 'line' | 'endLine'>,
): readonly string[] {
  const lines = text.replace(/\r?\n$/, '').split('\n');
  const first = Math.max(1, line - around);
  const last = Math.min(lines.length, endLine + around);
  const shown: string[] = [];
  for (let number = first; number <= last; number++) {
    const mark = number >= line && number <= endLine ? '>>>' : '   ';
    const source = safeLine((lines[number - 1] ?? '').replace(/\r$/, ''));
    shown.push(`${String(number).padStart(4)} | ${mark} ${source}`.trimEnd());
  }
  const rule = '-'.repeat(20);
  return [`${safeLine(file)}:${line}`, rule, ...shown, rule];
}
