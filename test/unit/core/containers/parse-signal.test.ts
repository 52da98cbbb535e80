import { expect, test } from 'vitest';
import { parseSignal } from '../../../../src/core/containers/parse-signal.ts';

test.each([
  ['SIGTERM', 15],
  ['term', 15],
  ['9', 9],
  ['KILL', 9],
  ['RTMIN', 34],
  ['SIGRTMIN+3', 37],
  ['RTMAX-1', 63],
  ['64', 64],
])('%s is %i', (text, number) => expect(parseSignal(text)).toBe(number));

test.each(['', '0', '65', 'NOPE', 'RTMIN+99', '-9', '9x', 'SIG'])('%j is refused', (text) => {
  expect(() => parseSignal(text)).toThrow(`invalid signal: ${text}`);
});
