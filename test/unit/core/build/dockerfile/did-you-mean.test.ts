import { describe, expect, it } from 'vitest';
import { didYouMean } from '../../../../../src/core/build/dockerfile/did-you-mean.ts';

describe('didYouMean', () => {
  it.each([
    ['COPPY', 'COPY'],
    ['RNU', 'RUN'],
    ['healthchek', 'HEALTHCHECK'],
    ['FROMM', 'FROM'],
    ['xyz', undefined],
    ['', undefined],
    ['CMD2', 'CMD'],
  ])('for %j offers %s', (word, expected) => {
    expect(didYouMean(word, ['COPY', 'RUN', 'HEALTHCHECK', 'FROM', 'CMD'])).toBe(expected);
  });
});
