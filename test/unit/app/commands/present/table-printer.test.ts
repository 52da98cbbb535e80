import { describe, expect, it } from 'vitest';
import { alignColumns } from '../../../../../src/app/commands/present/align-columns.ts';
import { documentText } from '../../../../../src/app/commands/present/document-text.ts';
import { removalLines } from '../../../../../src/app/commands/present/removal-lines.ts';
import { safeJson } from '../../../../../src/app/commands/present/safe-text.ts';
import { tablePrinter } from '../../../../../src/app/commands/present/table-printer.ts';
import type { Table, TableView } from '../../../../../src/app/commands/table.ts';

interface Row {
  readonly id: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

const table: Table<Row> = {
  columns: ['ID', 'Name'],
  quiet: 'ID',
  fields: {
    ID: { header: 'THE ID', value: ({ id }, { full }) => (full ? id : id.slice(0, 3)) },
    Label: { header: '', value: () => '', lookup: ({ labels }, key) => labels[key] ?? '' },
    Name: { header: 'NAME', value: ({ name }) => name },
  },
};
const rows: readonly Row[] = [
  { id: 'abcdef', name: 'web', labels: { 'com.x.tier-name': 'front' } },
  { id: '123456', name: 'a longer name', labels: {} },
];
const view: TableView = { format: undefined, quiet: false, full: false, nowMs: 0 };
const print = async (changes: Partial<TableView>, of: readonly Row[] = rows) =>
  (await tablePrinter(table, { ...view, ...changes }))(of);

describe('a table', () => {
  it('has a header and columns under each other', async () => {
    expect(await print({})).toEqual(['THE ID    NAME', 'abc       web', '123       a longer name']);
    expect(await print({ format: 'table' })).toEqual(await print({}));
    expect(await print({}, [])).toEqual(['THE ID    NAME']);
  });

  it('shows everything in full, or nothing but IDs', async () => {
    expect(await print({ full: true })).toContain('abcdef    web');
    expect(await print({ quiet: true })).toEqual(['abc', '123']);
    expect(await print({ quiet: true, full: true })).toEqual(['abcdef', '123456']);
    expect(await print({ quiet: true, format: '{{.Name}}' })).toEqual(['web', 'a longer name']);
  });

  it('is one object a line as JSON', async () => {
    expect((await print({ format: 'json' })).map((line) => JSON.parse(line))).toEqual([
      { ID: 'abc', Name: 'web' },
      { ID: '123', Name: 'a longer name' },
    ]);
  });

  it('goes through a template', async () => {
    expect(await print({ format: '{{.ID}}: {{upper .Name}}' })).toEqual(['abc: WEB', '123: A LONGER NAME']);
    expect(await print({ format: '{{.ID}}\\t{{.Name}}' })).toEqual(['abc\tweb', '123\ta longer name']);
    expect(await print({ format: '{{.Label "com.x.tier-name"}}' })).toEqual(['front', '']);
    expect(await print({ format: '{{json .}}' })).toEqual(await print({ format: 'json' }));
  });

  it('has the headers of the placeholders it names', async () => {
    expect(await print({ format: 'table {{.Name}}\\t{{lower .ID}}\\t{{.Label "com.x.tier-name"}}' })).toEqual(
      [
        'NAME            THE ID    tier name',
        'web             abc       front',
        'a longer name   123       ',
      ],
    );
  });

  it('refuses a bad template before it has a row, and an unknown placeholder', async () => {
    await expect(print({ format: '{{' }, [])).rejects.toThrow('template parsing error');
    await expect(print({ format: '{{.Nope}}' })).rejects.toThrow("can't evaluate field Nope");
    await expect(print({ format: '{{.Nope}}' }, [])).rejects.toThrow("can't evaluate field Nope");
    expect(await print({ format: '{{slice .Name 0 20}}' }, [])).toEqual([]);
  });

  it('never lets control codes or breaks of its rows through', async () => {
    const evil = [{ id: 'x', name: 'a\u001b[31mb\nc\td\u202e', labels: {} }];
    expect((await print({}, evil))[1]).toBe('x         ab c d');
    expect(await print({ format: '{{.Name}}' }, evil)).not.toContain('\u001b');
    expect((await print({ format: 'json' }, evil))[0]).not.toMatch(/[\u001b\u202e]/);
  });
});

describe('columns', () => {
  it('count wide characters as two and marks as none', () => {
    expect(
      alignColumns([
        ['日本', 'x'],
        ['e\u0301', 'y'],
        ['a long cell here', 'z'],
      ]),
    ).toEqual([`日本${' '.repeat(15)}x`, `e\u0301${' '.repeat(18)}y`, 'a long cell here   z']);
  });
});

describe('documents', () => {
  it('stand alone where there is only ever one', async () => {
    expect(await documentText({ documents: [{ a: 1 }], format: 'json', isOne: true })).toBe('{"a":1}');
  });

  it('are an array with an indent, or one line as json', async () => {
    expect(await documentText({ documents: [{ a: 1 }], format: undefined })).toBe(
      '[\n    {\n        "a": 1\n    }\n]',
    );
    expect(await documentText({ documents: [], format: undefined })).toBe('[]');
    expect(await documentText({ documents: [{ a: 1 }], format: 'json' })).toBe('[{"a":1}]');
  });

  it('go through a template one by one', async () => {
    expect(await documentText({ documents: [{ a: 1 }, { a: 2 }], format: 'x{{.a}}' })).toBe('x1\nx2');
  });

  it('keep what a terminal might act upon as escapes', () => {
    const text = safeJson({ a: 'x\u001b\u009b\u202e' });
    expect(text).toBe('{"a":"x\\u001b\\u009b\\u202e"}');
    expect(JSON.parse(text)).toEqual({ a: 'x\u001b\u009b\u202e' });
  });
});

it('lists removals under their titles, with the total', () => {
  const outcome = {
    kind: 'removals',
    sections: [
      { noun: 'Images', lines: ['untagged: a', 'deleted: b'] },
      { noun: 'Volumes', lines: [] },
    ],
    reclaimedBytes: 1_500_000,
  } as const;
  expect(removalLines(outcome)).toEqual([
    'Deleted Images:',
    'untagged: a',
    'deleted: b',
    '',
    'Total reclaimed space: 1.5MB',
  ]);
  expect(removalLines({ ...outcome, isDryRun: true })).toEqual([
    'Would delete Images:',
    'untagged: a',
    'deleted: b',
    '',
    'Total that would be reclaimed: 1.5MB',
  ]);
});
