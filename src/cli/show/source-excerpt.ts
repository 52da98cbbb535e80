import { readFile } from 'node:fs/promises';
import { safeLine } from '../../app/commands/present/safe-text.ts';

const around = 2;

/**
 * The lines of a Dockerfile an error is about, with two before and after. Nothing when the error names no place, or
 * the file can no longer be read.
 */
export async function sourceExcerpt(
  dockerfile: { readonly path: string } | { readonly text: string },
  position: unknown,
): Promise<readonly string[]> {
  if (typeof position !== 'object' || position === null) return [];
  const { file, line, endLine = line } = position as { file?: unknown; line?: unknown; endLine?: unknown };
  if (typeof file !== 'string' || typeof line !== 'number' || typeof endLine !== 'number') return [];
  const text =
    'text' in dockerfile ? dockerfile.text : await readFile(dockerfile.path, 'utf8').catch(() => undefined);
  if (text === undefined) return [];
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
