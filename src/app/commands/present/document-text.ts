import { GantryError } from '../../../base/gantry-error.ts';
import { stripControl } from '../../../base/strip-control.ts';
import type { DocumentsOutcome } from '../outcome.ts';
import { type PrintTarget, terminalTarget } from './print-target.ts';
import { safeJson } from './safe-text.ts';

/**
 * Documents as `inspect` prints them: JSON in one array, or a template for each. The text ends without a newline.
 * Rejects `invalid` / `bad-template`.
 */
export async function documentText(
  { documents, format, isOne = false }: Pick<DocumentsOutcome, 'documents' | 'format' | 'isOne'>,
  target: PrintTarget = terminalTarget,
): Promise<string> {
  const whole = isOne ? documents[0] : documents;
  if (format === undefined || format === '') return safeJson(whole, 4);
  if (format === 'json') return safeJson(whole);
  return documents.map(await documentPrinter(format, target)).join('\n');
}

/**
 * A printer for one document after the other, by a template or as a line of JSON for `json`. The template is read here,
 * so that a bad one fails before any work: `invalid` / `bad-template`, with Docker's exit status 64.
 */
export async function documentPrinter(
  format: string,
  { isTerminal }: PrintTarget = terminalTarget,
): Promise<(document: unknown) => string> {
  if (format === 'json') return (document) => safeJson(document);
  const [{ parseTemplate }, { executeTemplate }] = await Promise.all([
    import('../template/parse-template.ts'),
    import('../template/execute-template.ts'),
  ]);
  const nodes = withExitCode(() => parseTemplate(format.replaceAll('\\t', '\t').replaceAll('\\n', '\n')));
  const print = (document: unknown) => executeTemplate(nodes, document);
  return isTerminal ? (document) => stripControl(print(document)) : print;
}

function withExitCode<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    const { kind, code, message } = GantryError.from(error);
    throw new GantryError({ kind, code, message, details: { exitCode: 64 }, cause: error });
  }
}
