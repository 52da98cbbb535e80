import { readFile } from 'node:fs/promises';
import { excerptLines } from '../../app/commands/present/excerpt-lines.ts';

/**
 * The lines of a Dockerfile an error is about, with two before and after. Nothing when the error names no place, or
 * the file can no longer be read.
 */
export async function sourceExcerpt(
  dockerfile: { readonly path: string } | { readonly text: string },
  position: unknown,
  columns?: number,
): Promise<readonly string[]> {
  if (typeof position !== 'object' || position === null) return [];
  const { file, line, column, endLine = line } = position as Readonly<Record<string, unknown>>;
  if (typeof file !== 'string' || typeof line !== 'number' || typeof endLine !== 'number') return [];
  const text =
    'text' in dockerfile ? dockerfile.text : await readFile(dockerfile.path, 'utf8').catch(() => undefined);
  if (text === undefined) return [];
  const place = { file, line, endLine, ...(typeof column === 'number' && { column }) };
  return excerptLines(text, place, columns);
}
