import { writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LogReader, tailOffset } from '../../../../src/core/containers/log-lines.ts';
import { tempFolder } from '../../../support/temp-folder.ts';

const record = (text: string, tag = 'F') => `2026-03-04T05:06:07.123456789+00:00 stdout ${tag} ${text}\n`;

async function tail(content: string, lines: number): Promise<{ text: string; found: number }> {
  using folder = tempFolder();
  writeFileSync(folder.at('log'), content);
  await using file = await open(folder.at('log'));
  const { offset, found } = await tailOffset(file, Buffer.byteLength(content), lines);
  return { text: content.slice(offset), found };
}

test('the tail is the last lines, whatever the blocks they are read in', async () => {
  const lines = Array.from({ length: 5000 }, (_, index) => record(`${index} ${'x'.repeat(index % 90)}`));
  for (const wanted of [0, 1, 2, 700, 4999, 5000]) {
    const { text, found } = await tail(lines.join(''), wanted);
    expect(text).toBe(wanted === 0 ? '' : lines.slice(-wanted).join(''));
    expect(found).toBe(wanted);
  }
});

test('of a log with fewer lines it is all of it', async () => {
  const content = record('one') + record('two');
  expect(await tail(content, 9)).toEqual({ text: content, found: 2 });
  expect(await tail('', 9)).toEqual({ text: '', found: 0 });
});

test('the pieces of a line count as one', async () => {
  const long = record('a', 'P') + record('b', 'P') + record('c');
  const content = record('first') + long + record('last');
  expect((await tail(content, 2)).text).toBe(long + record('last'));
  expect((await tail(content, 1)).text).toBe(record('last'));
});

test('a line that has no end yet is a line', async () => {
  const content = record('one') + record('two') + record('no end', 'P');
  expect((await tail(content, 1)).text).toBe(record('no end', 'P'));
  expect((await tail(content, 2)).text).toBe(record('two') + record('no end', 'P'));
});

test('any tail of any log is its last lines', async () => {
  const logs = fc.array(fc.tuple(fc.string({ maxLength: 300 }), fc.boolean()), { maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(logs, fc.nat({ max: 70 }), async (entries, wanted) => {
      const records = entries.map(([text, ends]) =>
        record(text.replaceAll(/[\n\r]/g, ' '), ends ? 'F' : 'P'),
      );
      const lines: string[] = [''];
      for (const text of records) {
        lines[lines.length - 1] += text;
        if (/ stdout F /.test(text.slice(0, 45))) lines.push('');
      }
      if (lines.at(-1) === '') lines.pop();
      const { text } = await tail(records.join(''), wanted);
      expect(text).toBe(wanted === 0 ? '' : lines.slice(-wanted).join(''));
    }),
    { numRuns: 60 },
  );
});

test('a reader gives whole records, and the rest of a torn one with the next call', async () => {
  using folder = tempFolder();
  const path = folder.at('log');
  writeFileSync(path, `${record('one')}2026-03`);
  await using file = await open(path);
  const reader = new LogReader(file, 0);
  const next = async () =>
    (await Array.fromAsync(reader.read())).flat().map(({ data }) => Buffer.from(data).toString());
  expect(await next()).toEqual(['one\n']);
  writeFileSync(path, record('two').slice('2026-03'.length), { flag: 'a' });
  expect(await next()).toEqual(['two\n']);
  expect(await next()).toEqual([]);
});
