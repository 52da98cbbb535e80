import { expect, it } from 'vitest';
import { isTimestamp } from '../../../src/oci/timestamp.ts';

it.each([
  ['2026-03-01T10:00:00Z', true],
  ['2026-03-01T10:00:00.123456789+02:00', true],
  ['0001-01-01T00:00:00Z', true],
  ['2026-13-01T10:00:00Z', false],
  ['2026-03-01', false],
  ['1', false],
  ['Tue, 5 May 2026', false],
  ['\u001b[31mnot a date', false],
])('%j is a moment: %s', (text, expected) => {
  expect(isTimestamp(text)).toBe(expected);
});
