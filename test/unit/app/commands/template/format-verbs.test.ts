import { expect, it } from 'vitest';
import { formatVerbs } from '../../../../../src/app/commands/template/format-verbs.ts';

it.each([
  ['%d|%5d|%-5d|%05d|%+d', [1, 42, 42, 42, 3], '1|   42|42   |00042|+3'],
  ['%s %q %v', ['a', 'b"c', [1, 'x']], 'a "b\\"c" [1 x]'],
  ['%.2f %6.1f %e %g', [1.005, 2.25, 12345.678, 0.5], '1.00    2.3 1.234568e+04 0.5'],
  ['%x %X %x %o %b %c', [255, 255, 'hi', 8, 5, 65], 'ff FF 6869 10 101 A'],
  ['%t %%', [true], 'true %'],
  ['%.2s|%5s|%-5s|', ['abc', 'a', 'b'], 'ab|    a|b    |'],
  ['%*d', [4, 7], '   7'],
  ['%s', [], '%!s(MISSING)'],
  ['a', [1, 'b'], 'a%!(EXTRA int=1, string=b)'],
  ['%d', ['x'], '%!d(string=x)'],
  ['%s', [1], '%!s(int=1)'],
  ['%z', [1], '%!z(int=1)'],
  ['100%', [], '100%!(NOVERB)'],
  ['%-4d|', [-3], '-3  |'],
  ['%05d', [-42], '-0042'],
])('%s of %j is %s', (format, values, text) => {
  expect(formatVerbs(format, values as readonly unknown[])).toBe(text);
});
