import type { Table, TableView } from '../table.ts';
import type { TemplateObject } from '../template/template-value.ts';
import { alignColumns } from './align-columns.ts';
import { type PrintTarget, terminalTarget } from './print-target.ts';
import { headerObject, rowObject } from './row-object.ts';
import { safeJson, safeLine } from './safe-text.ts';

/** Turns rows into lines, with a header line where the format has one. */
export type TablePrinter<Row> = (rows: readonly Row[]) => readonly string[];

/**
 * A printer for a table, in the way the view asks for. A template is read here, once, so that a bad one fails before
 * any work; the template engine is loaded only when there is a template. Rejects `invalid` / `bad-template`.
 */
export async function tablePrinter<Row>(
  table: Table<Row>,
  view: TableView,
  target: PrintTarget = terminalTarget,
): Promise<TablePrinter<Row>> {
  const format = view.format ?? '';
  if (format === 'json') return (rows) => rows.map((row) => safeJson(rowObject(table, row, view)));
  if (format !== '' && format !== 'table') return templatePrinter(table, view, format, target);
  const cell = (name: string, row: Row) => {
    const { value, whenEmpty } = table.fields[name]!;
    return safeLine(value(row, view) || (whenEmpty ?? ''));
  };
  if (view.quiet) return (rows) => rows.map((row) => cell(table.quiet, row));
  const header = table.columns.map((name) => table.fields[name]!.header);
  return (rows) => alignColumns([header, ...rows.map((row) => table.columns.map((name) => cell(name, row)))]);
}

async function templatePrinter<Row>(
  table: Table<Row>,
  view: TableView,
  format: string,
  { isTerminal }: PrintTarget,
): Promise<TablePrinter<Row>> {
  const isTable = /^table\s/.test(format);
  const source = (isTable ? format.slice(6).trimStart() : format)
    .replaceAll('\\t', '\t')
    .replaceAll('\\n', '\n');
  const [{ parseTemplate }, { executeTemplate }] = await Promise.all([
    import('../template/parse-template.ts'),
    import('../template/execute-template.ts'),
  ]);
  const nodes = parseTemplate(source);
  const show = (row: Row) => executeTemplate(nodes, rowObject(table, row, view));
  checkFields(table, (probe) => executeTemplate(nodes, probe, { plainText: true }));
  if (!isTable) return (rows) => rows.map(isTerminal ? (row) => safeLines(show(row)) : show);
  const header = executeTemplate(nodes, headerObject(table), { plainText: true });
  return (rows) =>
    alignColumns(
      [header, ...rows.map(show)]
        .flatMap((text) => text.split('\n'))
        .map((line) => line.split('\t').map(safeLine)),
    );
}

/** A field that does not exist is told also where there is no row to look for it in. */
function checkFields<Row>(table: Table<Row>, execute: (probe: TemplateObject) => string): void {
  const headers = headerObject(table);
  let isKnown = true;
  const probe: TemplateObject = {
    templateField(name, args) {
      const found = headers.templateField(name, args);
      isKnown &&= found !== undefined;
      return found;
    },
    toJSON: () => ({}),
  };
  try {
    execute(probe);
  } catch (error) {
    // Headers are no values: what fails with them for another reason may well work with rows.
    if (!isKnown) throw error;
  }
}

/** Breaks and tabs are the template's own here. */
function safeLines(text: string): string {
  return text
    .split('\n')
    .map((line) => line.split('\t').map(safeLine).join('\t'))
    .join('\n');
}
