import { stripControl } from '../../../base/strip-control.ts';
import { safeJson } from './safe-text.ts';

/**
 * Documents as `inspect` prints them: JSON in one array, or a template for each. The text ends without a newline.
 * Rejects `invalid` / `bad-template`.
 */
export async function documentText(
  documents: readonly unknown[],
  format: string | undefined,
): Promise<string> {
  if (format === undefined || format === '') return safeJson(documents, 4);
  if (format === 'json') return safeJson(documents);
  return (await Promise.all(documents.map((document) => templateText(document, format)))).join('\n');
}

/** One document through a template, or as a line of JSON for `json`. */
export async function templateText(document: unknown, format: string): Promise<string> {
  if (format === 'json') return safeJson(document);
  const [{ parseTemplate }, { executeTemplate }] = await Promise.all([
    import('../template/parse-template.ts'),
    import('../template/execute-template.ts'),
  ]);
  const nodes = parseTemplate(format.replaceAll('\\t', '\t').replaceAll('\\n', '\n'));
  return stripControl(executeTemplate(nodes, document));
}
