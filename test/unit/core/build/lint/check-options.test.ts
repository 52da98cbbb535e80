import { describe, expect, it } from 'vitest';
import { noCheckOptions, parseCheckOptions } from '../../../../../src/core/build/lint/check-options.ts';

function message(text: string): string | undefined {
  const parsed = parseCheckOptions(text);
  return parsed.ok ? undefined : parsed.message;
}

describe('parseCheckOptions', () => {
  it.each([
    ['', {}],
    ['skip=all', { skipAll: true }],
    ['skip=A, B', { skip: new Set(['A', 'B']) }],
    ['error=true;skip=A', { error: true, skip: new Set(['A']) }],
    [' error = 1 ', { error: true }],
    ['error=F', { error: false }],
    ['experimental=all', { experimentalAll: true }],
    ['skip=all;error=true;experimental=X', { skipAll: true, error: true, experimental: new Set(['X']) }],
  ])('reads %j', (text, expected) =>
    expect(parseCheckOptions(text)).toEqual({ ok: true, options: { ...noCheckOptions, ...expected } }),
  );

  it.each([
    ['skip', 'invalid check option "skip"'],
    ['skip=A;', 'invalid check option ""'],
    ['warn=true', 'invalid check option "warn"'],
    [
      'error=maybe',
      'failed to parse check option "error=maybe": strconv.ParseBool: parsing "maybe": invalid syntax',
    ],
  ])('refuses %j: %s', (text, expected) => expect(message(text)).toBe(expected));
});
