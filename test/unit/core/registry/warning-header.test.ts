import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseWarnings } from '../../../../src/core/registry/warning-header.ts';

describe('parseWarnings', () => {
  it('takes the words of miscellaneous warnings', () => {
    expect(parseWarnings('299 - "the repository moves, to \\"new\\"", 199 - "no", 299 - "second"')).toEqual([
      'the repository moves, to "new"',
      'second',
    ]);
    expect(parseWarnings(undefined)).toEqual([]);
  });

  it('cleans and bounds what a registry says', () => {
    expect(parseWarnings('299 - "\u001b[31mred"')[0]).not.toContain('\u001b');
    expect(parseWarnings(`299 - "${'x'.repeat(7000)}"`)[0]).toHaveLength(500);
    expect(parseWarnings(Array(500).fill('299 - "again"').join(', '))).toHaveLength(8);
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string(), (text) => Array.isArray(parseWarnings(text))));
  });
});
