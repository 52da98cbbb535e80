import { expect, it } from 'vitest';
import { rateMeter } from '../../../../src/core/transfer/rate-meter.ts';

it('tells the rate of the last seconds, nothing at first, and begins anew when it falls back', () => {
  let nowMs = 0;
  const meter = rateMeter(() => nowMs);
  const at = (ms: number, doneBytes: number): number | undefined => {
    nowMs = ms;
    return meter.at(doneBytes);
  };
  expect([at(0, 0), at(100, 500)]).toEqual([undefined, undefined]);
  expect(at(1000, 1000)).toBe(1000);
  for (let ms = 1250; ms <= 9000; ms += 250) at(ms, 1000 + (ms - 1000) * 3);
  expect(at(9250, 1000 + 8250 * 3)).toBeCloseTo(3000);
  expect(at(9500, 10)).toBeUndefined();
  expect(at(10_500, 110)).toBe(100);
});
