import { describe, expect, it } from 'vitest';
import { checkFilterKeys, filterKeys } from '../../../src/engine/filter-keys.ts';
import { checkUntil, passesPruneFilters } from '../../../src/engine/prune-filters.ts';

const now = Date.parse('2026-03-02T00:00:00Z');
const thing = { labels: { env: 'test', keep: '' }, createdAt: '2026-03-01T00:00:00Z' };

describe('the filters of a prune', () => {
  it.each([
    [{}, true],
    [{ until: ['23h'] }, true],
    [{ until: ['25h'] }, false],
    [{ until: ['23h', '25h'] }, false],
    [{ until: ['2026-02-28'] }, false],
    [{ label: ['env=test'] }, true],
    [{ label: ['env=test', 'keep'] }, true],
    [{ label: ['env=test', 'other'] }, false],
    [{ 'label!': ['keep'] }, false],
    [{ 'label!': ['keep=yes', 'other'] }, true],
    [{ label: ['env'], until: ['25h'] }, false],
  ])('%j lets it go: %j', (filters, goes) => {
    expect(passesPruneFilters(thing, filters, now)).toBe(goes);
  });

  it('are checked before anything is looked at', () => {
    expect(() => checkUntil({ until: ['soon'] })).toThrow('failed to parse value as time or duration');
    expect(() => checkFilterKeys({ until: [] }, filterKeys.volumesPrune)).toThrow(
      expect.objectContaining({
        code: 'bad-filter',
        message: "invalid filter 'until'",
        hint: 'Known here: all, label, label!.',
      }),
    );
  });
});
