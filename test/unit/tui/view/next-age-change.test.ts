import fc from 'fast-check';
import { expect, it } from 'vitest';
import { nextAgeChangeMs } from '../../../../src/tui/view/next-age-change.ts';
import { shortAge } from '../../../../src/tui/view/short-text.ts';

const now = Date.parse('2026-03-01T12:00:00Z');
const ago = (ageMs: number): string => new Date(now - ageMs).toISOString();

it('says nothing else before that, and something else from then on', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 3 * 3600 * 1000 }), (ageMs) => {
      const time = ago(ageMs);
      const wait = nextAgeChangeMs([time], now);
      const said = shortAge(time, now);
      // Never more than once a second, and a look a minute is always cheap enough.
      if (wait > 1000) expect(shortAge(time, now + wait - 1)).toBe(said);
      if (wait < 60_000) expect(shortAge(time, now + wait)).not.toBe(said);
    }),
  );
});

it('follows the youngest', () => {
  expect(nextAgeChangeMs([ago(3 * 3600 * 1000), undefined, ago(30_400), 'no time'], now)).toBe(1000);
  expect(nextAgeChangeMs([], now)).toBe(60_000);
  expect(nextAgeChangeMs([ago(48 * 3600 * 1000)], now)).toBe(60_000);
});
