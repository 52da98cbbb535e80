import { describe, expect, it } from 'vitest';
import { parseGoDuration } from '../../../../../src/core/build/dockerfile/go-duration.ts';

describe('parseGoDuration', () => {
  it.each([
    ['0', 0],
    ['5s', 5e9],
    ['1.5s', 1.5e9],
    ['.5s', 0.5e9],
    ['1h2m3s4ms5us6ns', 3_723_004_005_006],
    ['-2ms', -2e6],
    ['+1µs', 1000],
    ['', undefined],
    ['5', undefined],
    ['s', undefined],
    ['1.s', 1e9],
    ['1x', undefined],
    ['999999h', undefined],
  ])('reads %j as %s', (text, expected) => expect(parseGoDuration(text)).toBe(expected));
});
