import type { DocumentsOutcome } from '../../app/commands/outcome.ts';
import { documentPrinter, documentText } from '../../app/commands/present/document-text.ts';
import { stripControl } from '../../base/strip-control.ts';
import type { CliHost } from '../cli-host.ts';

/** Documents as JSON or through a template; text where that is how the command reads by default. */
export async function showDocuments(host: CliHost, outcome: DocumentsOutcome): Promise<undefined> {
  const { documents, text } = outcome;
  const format = outcome.format === '' ? undefined : outcome.format;
  if (text === undefined) {
    const isJson = format === undefined || format === 'json';
    if (documents.length > 0 || isJson) host.stdout.text(`${await documentText(outcome, host.stdout)}\n`);
  } else if (format === undefined) {
    host.stdout.text(`${stripControl(text)}\n`);
  } else {
    const print = await documentPrinter(format, host.stdout);
    for (const document of documents) host.stdout.text(`${print(document)}\n`);
  }
}
