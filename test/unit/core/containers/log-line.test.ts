import { expect, test } from 'vitest';
import { endsLine, parseLogRecord, utcTime } from '../../../../src/core/containers/log-line.ts';

const read = (line: string) => {
  const block = Buffer.from(`before\n${line}\nbehind\n`);
  const entry = parseLogRecord(block, 'before\n'.length, block.length - '\nbehind\n'.length);
  return entry && { ...entry, data: Buffer.from(entry.data).toString() };
};

test('a full line gets its newline back, its time in UTC with nanoseconds', () => {
  expect(read('2026-03-04T05:06:07.123456789+02:00 stdout F hello world')).toEqual({
    stream: 'stdout',
    time: '2026-03-04T03:06:07.123456789Z',
    data: 'hello world\n',
  });
});

test('a piece of a line has none', () => {
  expect(read('2026-03-04T05:06:07.123456789Z stderr P abc')).toMatchObject({
    stream: 'stderr',
    data: 'abc',
  });
});

test('an empty line is a line', () => {
  expect(read('2026-03-04T05:06:07.1Z stdout F ')).toMatchObject({
    time: '2026-03-04T05:06:07.100000000Z',
    data: '\n',
  });
});

test('carriage returns and bytes that are no text stay as they are', () => {
  const block = Buffer.concat([Buffer.from('2026-03-04T05:06:07Z stdout F '), Buffer.from([255, 13, 10])]);
  const entry = parseLogRecord(block, 0, block.length - 1);
  expect([...(entry?.data ?? [])]).toEqual([255, 13, 10]);
});

test.each([
  '',
  'hello',
  '2026-03-04T05:06:07Z stdout X x',
  '2026-03-04T05:06:07Z stdin  F x',
  '2026-03-04T05:06:07 stdout F no offset',
  'xxxx-03-04T05:06:07Z stdout F bad time',
  '2026-03-04T05:06:07Z stdout F',
  'xxxx-03-04T05:06:07.123456789+00:00 stdout F bad time',
])('%j is not a log line', (line) => expect(read(line)).toBeUndefined());

test('the tag says whether a line ends', () => {
  expect(endsLine(Buffer.from('2026-03-04T05:06:07Z stdout F x'))).toBe(true);
  expect(endsLine(Buffer.from('2026-03-04T05:06:07Z stdout P F'))).toBe(false);
});

test('times of any offset sort as text once they are in UTC', () => {
  expect(utcTime('2026-01-01T00:30:00+01:00')! < utcTime('2025-12-31T23:31:00Z')!).toBe(true);
  expect(utcTime('yesterday')).toBeUndefined();
});
