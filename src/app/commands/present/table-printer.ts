import type { Table, TableView } from '../table.ts';
import type { TemplateNode } from '../template/template-node.ts';
import { alignColumns } from './align-columns.ts';
import { headerObject, rowObject } from './row-object.ts';
import { safeJson, safeLine } from './safe-text.ts';

/** Turns rows into lines, in the way the view asks for. */
export interface TablePrinter<Row> {
  /** The whole table, with its header line where it has one. */
  lines(rows: readonly Row[]): readonly string[];
  /** One row alone, for rows that come one by one; columns are not aligned. */
  line(row: Row): string;
}

/**
 * A printer for a table. Templates are read here, once, so that a bad one fails before any work; the template engine
 * is loaded only when there is a template. Rejects `invalid` / `bad-template`.
 */
export async function tablePrinter<Row>(table: Table<Row>, view: TableView): Promise<TablePrinter<Row>> {
  const format = view.format ?? '';
  if (format === 'json') return eachLine((row) => safeJson(rowObject(table, row, view)));
  if (format === '' || format === 'table') {
    if (view.quiet) return eachLine((row) => cell(table, table.quiet, row, view));
    if (table.line !== undefined) return eachLine((row) => safeLine(table.line!(row, view)));
    const header = table.columns.map((name) => table.fields[name]!.header);
    const cells = (row: Row) => table.columns.map((name) => cell(table, name, row, view));
    return {
      lines: (rows) => alignColumns([header, ...rows.map(cells)]),
      line: (row) => cells(row).join('  '),
    };
  }
  const isTable = /^table\s/.test(format);
  const source = (isTable ? format.slice(6).trimStart() : format)
    .replaceAll('\\t', '\t')
    .replaceAll('\\n', '\n');
  const [{ parseTemplate }, { executeTemplate }] = await Promise.all([
    import('../template/parse-template.ts'),
    import('../template/execute-template.ts'),
  ]);
  const nodes: readonly TemplateNode[] = parseTemplate(source);
  const show = (row: Row) => executeTemplate(nodes, rowObject(table, row, view));
  if (!isTable) return eachLine((row) => cleanText(show(row)));
  const header = executeTemplate(nodes, headerObject(table), { plainText: true });
  const split = (text: string) => text.split('\t').map(safeLine);
  return {
    lines: (rows) => alignColumns([header, ...rows.map(show)].flatMap((text) => text.split('\n')).map(split)),
    line: (row) => cleanText(show(row)),
  };
}

function eachLine<Row>(line: (row: Row) => string): TablePrinter<Row> {
  return { line, lines: (rows) => rows.map(line) };
}

function cell<Row>(table: Table<Row>, name: string, row: Row, view: TableView): string {
  return safeLine(table.fields[name]!.value(row, view));
}

function cleanText(text: string): string {
  return text
    .split('\n')
    .map((line) => line.split('\t').map(safeLine).join('\t'))
    .join('\n');
}
