import type { Table, TableView } from '../table.ts';
import type { TemplateObject } from '../template/template-value.ts';

/** A row as a template sees it: Docker's placeholders, worked out when asked for. */
export function rowObject<Row>(table: Table<Row>, row: Row, view: TableView): TemplateObject {
  return {
    templateField(name, args) {
      const field = Object.hasOwn(table.fields, name) ? table.fields[name] : undefined;
      if (field === undefined) return undefined;
      const [word] = args;
      return field.lookup !== undefined && typeof word === 'string'
        ? field.lookup(row, word)
        : field.value(row, view);
    },
    toJSON() {
      const plain: Record<string, string> = {};
      for (const name of Object.keys(table.fields).toSorted()) {
        const field = table.fields[name]!;
        if (field.lookup === undefined) plain[name] = field.value(row, view);
      }
      return plain;
    },
  };
}

/** The headers of a table where a template asks for values: `table {{.ID}}` begins with `CONTAINER ID`. */
export function headerObject<Row>(table: Table<Row>): TemplateObject {
  return {
    templateField(name, args) {
      const field = Object.hasOwn(table.fields, name) ? table.fields[name] : undefined;
      if (field === undefined) return undefined;
      const [word] = args;
      if (field.lookup === undefined || typeof word !== 'string') return field.header;
      return (word.split('.').at(-1) ?? '').replace(/[-_]/g, ' ');
    },
    toJSON: () => ({}),
  };
}
