import { describe, expect, it } from 'vitest';
import { filterTime } from '../../../src/engine/filter-time.ts';

describe('filterTime', () => {
  const now = Date.parse('2024-05-02T00:00:00Z');

  it.each([
    ['24h', '2024-05-01T00:00:00Z'],
    ['1h30m', '2024-05-01T22:30:00Z'],
    ['0.5s', '2024-05-01T23:59:59.500Z'],
    ['1714521600', '2024-05-01T00:00:00Z'],
    ['2024-04-01', '2024-04-01T00:00:00Z'],
    ['2024-04-01T10:00:00+02:00', '2024-04-01T08:00:00Z'],
  ])('reads %s', (text, want) => {
    expect(filterTime(text, now)).toBe(Date.parse(want));
  });

  it.each(['', 'yesterday', '5 h', '1d', '-1h'])('refuses %j', (text) => {
    expect(() => filterTime(text, now)).toThrow(expect.objectContaining({ code: 'bad-filter' }));
  });
});
